package apus.kernels.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import apus.format.PairTiled;
import apus.kernels.ExecutorOptions.CpuChoice;
import apus.kernels.cpu.tile.PairInputs;
import apus.kernels.cpu.tile.PartSplitter;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The vector form splits as the plain one does, to the bit. */
final class PartSplitterTest {
    private final Sample sample = new Sample(29);
    private final PartSplitter vector =
            assertInstanceOf(PartSplitter.class, KernelChoice.of(CpuChoice.VECTOR).kernels());

    private void check(int parts, MemorySegment x, int cols) {
        long stride = 3L * parts * PairTiled.COLS;
        long floats = (PairTiled.steps(cols) * stride + 5) / 2 + 1;
        MemorySegment wanted = sample.zeros(floats);
        MemorySegment found = sample.zeros(floats);
        PairInputs.split(0, parts, x, 1, cols, wanted, 5, stride);
        vector.split(parts, x, 1, cols, found, 5, stride);
        assertEquals(-1, wanted.mismatch(found), parts + " parts of " + cols + " columns");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 31, 32, 33, 64, 100, 2048})
    void ofOrdinaryNumbers(int cols) {
        for (int parts = 1; parts <= 3; parts++) {
            check(parts, sample.floats(cols + 1), cols);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void ofAnyBits(long seed) {
        Random random = new Random(seed);
        int cols = 32 * 200;
        MemorySegment x = sample.zeros(cols + 1);
        for (int i = 0; i <= cols; i++) {
            x.setAtIndex(JAVA_FLOAT, i, Float.intBitsToFloat(random.nextInt()));
        }
        for (int parts = 1; parts <= 3; parts++) {
            check(parts, x, cols);
        }
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                0x7F7F7FFF,
                0x7F7F8000,
                0x7F7FFFFF,
                0x7F800000,
                0x7FC00000,
                0x80000000,
                0x3F808000,
                0x3F818000,
                0x00000001
            })
    void ofNumbersAtTheEdges(int bits) {
        MemorySegment x = sample.floats(97);
        for (int place : new int[] {1, 17, 40, 96}) {
            MemorySegment with = sample.copy(x);
            with.setAtIndex(JAVA_FLOAT, place, Float.intBitsToFloat(bits));
            for (int parts = 1; parts <= 3; parts++) {
                check(parts, with, 96);
            }
        }
    }
}
