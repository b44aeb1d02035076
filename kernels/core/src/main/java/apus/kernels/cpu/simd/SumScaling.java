package apus.kernels.cpu.simd;

import static apus.kernels.cpu.simd.Lanes.F;
import static apus.kernels.cpu.simd.Lanes.I;
import static apus.kernels.cpu.simd.Lanes.L;
import static apus.kernels.cpu.simd.Lanes.LE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import apus.format.QuadTiled;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Scales sums of blocks, a vector of rows at a time; the plain version is {@code PlainScaler}. */
final class SumScaling {
    private static final int ROWS = QuadTiled.ROWS;

    private static final VectorSpecies<Short> HALF =
            VectorSpecies.of(
                    short.class, VectorShape.forBitSize(Math.max(64, F.vectorBitSize() / 2)));

    private SumScaling() {}

    /** Whether vectors fit. */
    static boolean fits() {
        return HALF.length() == L && ROWS % L == 0;
    }

    static void scale(
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
        long step = (long) (tileRows / ROWS) * digits * digitBytes;
        for (int r = 0; r < tileRows; r += L) {
            long at = sums + (long) (r / ROWS) * digits * digitBytes + r % ROWS * 4L;
            long scale = weightAt + r * (long) Short.BYTES;
            FloatVector total = FloatVector.fromMemorySegment(F, s, out + r * 4L, LE);
            for (int b = 0; b < blocks; b++) {
                // Without a method of our own for it: one that has been compiled by itself may be
                // called instead of inlined, and hands its vector over on the heap.
                IntVector digit = IntVector.fromMemorySegment(I, s, at, LE);
                FloatVector sum = (FloatVector) digit.convertShape(VectorOperators.I2F, F, 0);
                if (digits > 1) {
                    digit = IntVector.fromMemorySegment(I, s, at + digitBytes, LE);
                    FloatVector next = (FloatVector) digit.convertShape(VectorOperators.I2F, F, 0);
                    sum = sum.fma(FloatVector.broadcast(F, 256f), next);
                }
                if (digits > 2) {
                    digit = IntVector.fromMemorySegment(I, s, at + 2 * digitBytes, LE);
                    FloatVector next = (FloatVector) digit.convertShape(VectorOperators.I2F, F, 0);
                    sum = sum.fma(FloatVector.broadcast(F, 256f), next);
                }
                IntVector bits =
                        (IntVector)
                                ShortVector.fromMemorySegment(HALF, weightScales, scale, LE)
                                        .convertShape(VectorOperators.S2I, I, 0);
                FloatVector weight = bits.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
                float input = inputScales.getAtIndex(JAVA_FLOAT, inputAt + b);
                total = sum.mul(input).fma(weight, total);
                at += step;
                scale += (long) tileRows * Short.BYTES;
            }
            total.intoMemorySegment(s, out + r * 4L, LE);
        }
    }
}
