package apus.kernels.cpu.simd;

import static apus.kernels.cpu.simd.Lanes.B;
import static apus.kernels.cpu.simd.Lanes.I;
import static apus.kernels.cpu.simd.Lanes.L;
import static apus.kernels.cpu.simd.Lanes.LE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Turns L rows of numbers of 32 bits so that lanes become rows, at any width, number by number. See
 * {@link Transposition16} for the width where that would cost the most.
 */
final class Transposition {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(LE);

    private Transposition() {}

    /**
     * t[unit][lane][row] = w[row][unit][lane], a unit being a vector.
     *
     * @param at byte of the first row's first unit
     * @param stride bytes from row to row
     * @param rows rows that there are; missing ones repeat the last
     */
    static void turn(
            MemorySegment w, long at, long stride, int rows, int units, MemorySegment s, long t) {
        for (int u = 0; u < units; u++) {
            for (int r = 0; r < L; r++) {
                long from = at + Math.min(r, rows - 1) * stride + u * B;
                long to = t + u * (L * B) + 4L * r;
                for (int lane = 0; lane < L; lane++) {
                    s.set(INT, to + lane * B, w.get(INT, from + 4L * lane));
                }
            }
        }
    }

    /** See {@link Transposition16#whole}. */
    static void whole(
            MemorySegment s, long t, int units, long to, long laneStride, long unitStride) {
        for (int i = 0; i < units * L; i++) {
            IntVector.fromMemorySegment(I, s, t + i * B, LE)
                    .intoMemorySegment(s, to + i % L * laneStride + i / L * unitStride, LE);
        }
    }

    /** See {@link Transposition16#halves}. */
    static void halves(
            MemorySegment s,
            long t,
            int units,
            long to,
            long laneStride,
            long stepStride,
            int shift,
            int mask,
            float factor) {
        for (int i = 0; i < units * L; i++) {
            IntVector v = IntVector.fromMemorySegment(I, s, t + i * B, LE);
            long out = to + i % L * laneStride + i / L * (2 * stepStride);
            v.lanewise(VectorOperators.LSHL, 16)
                    .lanewise(VectorOperators.ASHR, shift)
                    .and(mask)
                    .reinterpretAsFloats()
                    .mul(factor)
                    .intoMemorySegment(s, out, LE);
            v.lanewise(VectorOperators.ASHR, shift)
                    .and(mask)
                    .reinterpretAsFloats()
                    .mul(factor)
                    .intoMemorySegment(s, out + stepStride, LE);
        }
    }
}
