package apus.kernels.cpu;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import apus.kernels.ExecutorOptions.CpuChoice;
import apus.kernels.cpu.tile.PlainScaler;
import apus.kernels.cpu.tile.SumScaler;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The vector form scales as the plain one does, to the bit. */
final class SumScalerTest {
    private final SumScaler vector =
            assertInstanceOf(SumScaler.class, KernelChoice.of(CpuChoice.VECTOR).kernels());

    @ParameterizedTest
    @CsvSource({"1, 1, 32, 1", "2, 7, 64, 16", "3, 16, 64, 1", "3, 5, 64, 16", "3, 2, 128, 3"})
    void scalesToTheBit(int digits, int blocks, int tileRows, int tokens) {
        Random random = new Random(digits * 31L + blocks);
        Sample sample = new Sample(5);
        int numbers = blocks * tileRows * digits * tokens;
        MemorySegment s = sample.floats(numbers + (long) tileRows);
        for (int i = 0; i < numbers; i++) {
            s.setAtIndex(JAVA_INT, i, random.nextInt(-500_000, 500_000));
        }
        MemorySegment weightScales = sample.zeros(blocks * tileRows / 2);
        for (int i = 0; i < blocks * tileRows; i++) {
            int bits = Float.floatToRawIntBits(0.01f + random.nextFloat());
            weightScales.setAtIndex(JAVA_SHORT, i, (short) (bits >>> 16));
        }
        MemorySegment inputScales = sample.floats(blocks + 3);
        MemorySegment wanted = sample.copy(s);
        long digitBytes = tokens * 32L * 4;
        long out = numbers * 4L;
        for (int t = 0; t < tokens; t++) {
            long sums = t * 32L * 4;
            new PlainScaler()
                    .scale(
                            digits,
                            blocks,
                            tileRows,
                            wanted,
                            sums,
                            digitBytes,
                            out,
                            weightScales,
                            0,
                            inputScales,
                            3);
            vector.scale(
                    digits,
                    blocks,
                    tileRows,
                    s,
                    sums,
                    digitBytes,
                    out,
                    weightScales,
                    0,
                    inputScales,
                    3);
            assertEquals(-1, wanted.mismatch(s), "token " + t);
        }
    }
}
