package apus.kernels.cpu.simd;

import static apus.kernels.cpu.simd.Lanes.B;
import static apus.kernels.cpu.simd.Lanes.F;
import static apus.kernels.cpu.simd.Lanes.I;
import static apus.kernels.cpu.simd.Lanes.LE;
import static apus.kernels.cpu.simd.Raw.MEMORY;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Half-precision rows times f32 tokens. An int lane holds two neighbouring weights; exponent and
 * mantissa are shifted to where f32 has them, and a multiplication by 2^112 moves the exponent's
 * bias, subnormals included. The exponent of all ones is taken for 16, so infinities and NaNs,
 * which no usable checkpoint holds, are read as large numbers.
 *
 * <p>Lanes sum in the order of {@link Bf16Dot}.
 */
final class F16Dot {
    /** Sign, and magnitude 3 bits below its place in f32; the shift has copied the sign. */
    static final int BITS = 0x8fffe000;

    static final float REBIAS = 0x1p112f;

    private F16Dot() {}

    /**
     * Lane sums of up to 8 rows with one token: the product for a single token, where rows stream
     * from memory and 8 streams keep it busy.
     *
     * @param w0 byte of the first row's first column
     * @param stride bytes from row to row
     * @param rows rows wanted, 1 to 8; missing ones repeat the last
     * @param xAt byte of the token's first column
     * @param blocks blocks of 2L columns
     * @param sums f32[8][L] from byte sumsAt on
     */
    static void rows8(
            MemorySegment w,
            long w0,
            long stride,
            int rows,
            MemorySegment x,
            long xAt,
            int blocks,
            MemorySegment sums,
            long sumsAt) {
        long v0 = Raw.address(w, w0, (rows - 1) * stride + blocks * B);
        long v1 = Raw.bounded(v0 + Math.min(1, rows - 1) * stride);
        long v2 = Raw.bounded(v0 + Math.min(2, rows - 1) * stride);
        long v3 = Raw.bounded(v0 + Math.min(3, rows - 1) * stride);
        long v4 = Raw.bounded(v0 + Math.min(4, rows - 1) * stride);
        long v5 = Raw.bounded(v0 + Math.min(5, rows - 1) * stride);
        long v6 = Raw.bounded(v0 + Math.min(6, rows - 1) * stride);
        long v7 = Raw.bounded(v0 + Math.min(7, rows - 1) * stride);
        long token = Raw.address(x, xAt, blocks * (2 * B));
        long out = Raw.address(sums, sumsAt, 8 * B);
        FloatVector a0 = FloatVector.zero(F);
        FloatVector a1 = FloatVector.zero(F);
        FloatVector a2 = FloatVector.zero(F);
        FloatVector a3 = FloatVector.zero(F);
        FloatVector a4 = FloatVector.zero(F);
        FloatVector a5 = FloatVector.zero(F);
        FloatVector a6 = FloatVector.zero(F);
        FloatVector a7 = FloatVector.zero(F);
        for (int b = 0; b < blocks; b++) {
            long at = (long) b * B;
            long u = token + (long) b * (2 * B);
            FloatVector x0 = FloatVector.fromMemorySegment(F, MEMORY, u, LE);
            FloatVector x1 = FloatVector.fromMemorySegment(F, MEMORY, u + B, LE);
            IntVector v = IntVector.fromMemorySegment(I, MEMORY, v0 + at, LE);
            FloatVector f =
                    v.lanewise(VectorOperators.LSHL, 16)
                            .lanewise(VectorOperators.ASHR, 3)
                            .and(BITS)
                            .reinterpretAsFloats()
                            .mul(REBIAS);
            a0 = x0.fma(f, a0);
            f = v.lanewise(VectorOperators.ASHR, 3).and(BITS).reinterpretAsFloats().mul(REBIAS);
            a0 = x1.fma(f, a0);
            v = IntVector.fromMemorySegment(I, MEMORY, v1 + at, LE);
            f =
                    v.lanewise(VectorOperators.LSHL, 16)
                            .lanewise(VectorOperators.ASHR, 3)
                            .and(BITS)
                            .reinterpretAsFloats()
                            .mul(REBIAS);
            a1 = x0.fma(f, a1);
            f = v.lanewise(VectorOperators.ASHR, 3).and(BITS).reinterpretAsFloats().mul(REBIAS);
            a1 = x1.fma(f, a1);
            v = IntVector.fromMemorySegment(I, MEMORY, v2 + at, LE);
            f =
                    v.lanewise(VectorOperators.LSHL, 16)
                            .lanewise(VectorOperators.ASHR, 3)
                            .and(BITS)
                            .reinterpretAsFloats()
                            .mul(REBIAS);
            a2 = x0.fma(f, a2);
            f = v.lanewise(VectorOperators.ASHR, 3).and(BITS).reinterpretAsFloats().mul(REBIAS);
            a2 = x1.fma(f, a2);
            v = IntVector.fromMemorySegment(I, MEMORY, v3 + at, LE);
            f =
                    v.lanewise(VectorOperators.LSHL, 16)
                            .lanewise(VectorOperators.ASHR, 3)
                            .and(BITS)
                            .reinterpretAsFloats()
                            .mul(REBIAS);
            a3 = x0.fma(f, a3);
            f = v.lanewise(VectorOperators.ASHR, 3).and(BITS).reinterpretAsFloats().mul(REBIAS);
            a3 = x1.fma(f, a3);
            v = IntVector.fromMemorySegment(I, MEMORY, v4 + at, LE);
            f =
                    v.lanewise(VectorOperators.LSHL, 16)
                            .lanewise(VectorOperators.ASHR, 3)
                            .and(BITS)
                            .reinterpretAsFloats()
                            .mul(REBIAS);
            a4 = x0.fma(f, a4);
            f = v.lanewise(VectorOperators.ASHR, 3).and(BITS).reinterpretAsFloats().mul(REBIAS);
            a4 = x1.fma(f, a4);
            v = IntVector.fromMemorySegment(I, MEMORY, v5 + at, LE);
            f =
                    v.lanewise(VectorOperators.LSHL, 16)
                            .lanewise(VectorOperators.ASHR, 3)
                            .and(BITS)
                            .reinterpretAsFloats()
                            .mul(REBIAS);
            a5 = x0.fma(f, a5);
            f = v.lanewise(VectorOperators.ASHR, 3).and(BITS).reinterpretAsFloats().mul(REBIAS);
            a5 = x1.fma(f, a5);
            v = IntVector.fromMemorySegment(I, MEMORY, v6 + at, LE);
            f =
                    v.lanewise(VectorOperators.LSHL, 16)
                            .lanewise(VectorOperators.ASHR, 3)
                            .and(BITS)
                            .reinterpretAsFloats()
                            .mul(REBIAS);
            a6 = x0.fma(f, a6);
            f = v.lanewise(VectorOperators.ASHR, 3).and(BITS).reinterpretAsFloats().mul(REBIAS);
            a6 = x1.fma(f, a6);
            v = IntVector.fromMemorySegment(I, MEMORY, v7 + at, LE);
            f =
                    v.lanewise(VectorOperators.LSHL, 16)
                            .lanewise(VectorOperators.ASHR, 3)
                            .and(BITS)
                            .reinterpretAsFloats()
                            .mul(REBIAS);
            a7 = x0.fma(f, a7);
            f = v.lanewise(VectorOperators.ASHR, 3).and(BITS).reinterpretAsFloats().mul(REBIAS);
            a7 = x1.fma(f, a7);
        }
        a0.intoMemorySegment(MEMORY, out, LE);
        a1.intoMemorySegment(MEMORY, out + B, LE);
        a2.intoMemorySegment(MEMORY, out + 2 * B, LE);
        a3.intoMemorySegment(MEMORY, out + 3 * B, LE);
        a4.intoMemorySegment(MEMORY, out + 4 * B, LE);
        a5.intoMemorySegment(MEMORY, out + 5 * B, LE);
        a6.intoMemorySegment(MEMORY, out + 6 * B, LE);
        a7.intoMemorySegment(MEMORY, out + 7 * B, LE);
    }

    /**
     * Widens rows for {@link F32Dot}: even columns of a block, then odd.
     *
     * @param out f32[rows][2L * blocks] from byte outAt on
     */
    static void widen(
            MemorySegment w,
            long w0,
            long stride,
            int rows,
            int blocks,
            MemorySegment out,
            long outAt) {
        long first = Raw.address(w, w0, (rows - 1) * stride + blocks * B);
        long wide = Raw.address(out, outAt, rows * (blocks * (2 * B)));
        for (int r = 0; r < rows; r++) {
            long row = Raw.bounded(first + r * stride);
            long wideRow = Raw.bounded(wide + r * (blocks * (2 * B)));
            for (int b = 0; b < blocks; b++) {
                long to = wideRow + b * (2 * B);
                IntVector v = IntVector.fromMemorySegment(I, MEMORY, row + (long) b * B, LE);
                v.lanewise(VectorOperators.LSHL, 16)
                        .lanewise(VectorOperators.ASHR, 3)
                        .and(BITS)
                        .reinterpretAsFloats()
                        .mul(REBIAS)
                        .intoMemorySegment(MEMORY, to, LE);
                v.lanewise(VectorOperators.ASHR, 3)
                        .and(BITS)
                        .reinterpretAsFloats()
                        .mul(REBIAS)
                        .intoMemorySegment(MEMORY, to + B, LE);
            }
        }
    }
}
