package apus.kernels.cpu.tile;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import apus.format.HalfFloats;
import apus.format.QuadTiled;
import java.lang.foreign.MemorySegment;

/** The plain {@link SumScaler}. */
public final class PlainScaler implements SumScaler {
    private static final int ROWS = QuadTiled.ROWS;

    @Override
    public void scale(
            int digits,
            int blocks,
            int tileRows,
            MemorySegment s,
            long sums,
            long digitBytes,
            long out,
            MemorySegment weightScales,
            long weightAt,
            MemorySegment inputScales,
            long inputAt) {
        for (int r = 0; r < tileRows; r++) {
            long at = sums + (long) (r / ROWS) * digits * digitBytes + r % ROWS * 4L;
            float total = s.get(JAVA_FLOAT, out + r * 4L);
            for (int b = 0; b < blocks; b++) {
                float sum = s.get(JAVA_INT, at);
                for (int d = 1; d < digits; d++) {
                    sum = Math.fma(sum, 256f, (float) s.get(JAVA_INT, at + d * digitBytes));
                }
                long scale = weightAt + ((long) b * tileRows + r) * Short.BYTES;
                float weight = HalfFloats.bf16(weightScales.get(JAVA_SHORT, scale));
                float input = inputScales.getAtIndex(JAVA_FLOAT, inputAt + b);
                total = Math.fma(sum * input, weight, total);
                at += (long) (tileRows / ROWS) * digits * digitBytes;
            }
            s.set(JAVA_FLOAT, out + r * 4L, total);
        }
    }
}
