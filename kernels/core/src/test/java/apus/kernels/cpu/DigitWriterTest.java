package apus.kernels.cpu;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.kernels.ExecutorOptions.CpuChoice;
import apus.kernels.cpu.tile.DigitWriter;
import apus.kernels.cpu.tile.QuadInputs;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The vector form writes the digits of the plain one, to the bit, and these are the numbers. */
final class DigitWriterTest {
    private static final long BLOCK = 32;

    private final Sample sample = new Sample(31);
    private final DigitWriter vector =
            assertInstanceOf(DigitWriter.class, KernelChoice.of(CpuChoice.VECTOR).kernels());

    /** Writes the columns from 1 on. */
    private MemorySegment check(int digits, MemorySegment x, int blocks) {
        long stride = 3L * digits * BLOCK;
        long scales = (blocks * stride + 8) / 4;
        MemorySegment wanted = sample.zeros(scales + blocks);
        MemorySegment found = sample.zeros(scales + blocks);
        QuadInputs.write(digits, blocks, x, 1, wanted, 5, stride, scales);
        vector.write(digits, blocks, x, 1, found, 5, stride, scales);
        assertEquals(-1, wanted.mismatch(found), digits + " digits of " + blocks + " blocks");
        return found;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 64})
    void ofOrdinaryNumbers(int blocks) {
        MemorySegment x = sample.floats(blocks * BLOCK + 1);
        for (int digits = 1; digits <= 3; digits++) {
            MemorySegment out = check(digits, x, blocks);
            long stride = 3L * digits * BLOCK;
            for (int b = 0; b < blocks; b++) {
                float scale = out.getAtIndex(JAVA_FLOAT, (blocks * stride + 8) / 4 + b);
                for (int i = 0; i < BLOCK; i++) {
                    double number = 0;
                    for (int d = 0; d < digits; d++) {
                        number = number * 256 + out.get(JAVA_BYTE, 5 + b * stride + d * BLOCK + i);
                    }
                    float wanted = x.getAtIndex(JAVA_FLOAT, 1L + b * BLOCK + i);
                    assertTrue(Math.abs(number * scale - wanted) <= scale / 2, "block " + b);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void ofAnyBits(long seed) {
        Random random = new Random(seed);
        int blocks = 300;
        MemorySegment x = sample.zeros(blocks * BLOCK + 1);
        for (int b = 0; b < blocks; b++) {
            // Some blocks of numbers of all sizes, others of like ones, which make ties.
            int keep = random.nextInt(3) == 0 ? -1 : 0x807FF000;
            int exponent = keep == -1 ? 0 : random.nextInt(255) << 23;
            for (int i = 0; i < BLOCK; i++) {
                int bits = (random.nextInt() & keep) | exponent;
                x.setAtIndex(JAVA_FLOAT, 1L + b * BLOCK + i, Float.intBitsToFloat(bits));
            }
        }
        for (int digits = 1; digits <= 3; digits++) {
            check(digits, x, blocks);
        }
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                0x7F7FFFFF,
                0x7F800000,
                0xFF800000,
                0x7FC00000,
                0x80000000,
                0x00000001,
                0x3F000000,
                0x3FC00000,
                0x4B7FFFFF,
                0x0D800000,
                0x0D7FFFFF
            })
    void ofNumbersAtTheEdges(int bits) {
        for (MemorySegment x : new MemorySegment[] {sample.floats(97), sample.zeros(97)}) {
            for (int place : new int[] {1, 17, 40, 96}) {
                MemorySegment with = sample.copy(x);
                with.setAtIndex(JAVA_FLOAT, place, Float.intBitsToFloat(bits));
                for (int digits = 1; digits <= 3; digits++) {
                    check(digits, with, 3);
                }
            }
        }
    }
}
