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
 * bf16 rows times f32 tokens. An int lane holds two neighbouring weights: a shift widens the even
 * one, a mask the odd one, so the tokens come with even and odd columns apart. Lane j sums columns
 * 2j and 2j + 1 of every block of 2L, in order.
 *
 * <p>Each method is one loop that no vector enters or leaves: C2 keeps vectors in registers only
 * while it sees all of their life, and a method this long is not inlined into a caller that would
 * then be too long.
 */
final class Bf16Dot {
    /** Selects the odd weight of a pair, already in place. */
    static final int ODD = 0xffff0000;

    private Bf16Dot() {}

    /**
     * Lane sums of rows with one token. Rows stream from memory through 8 streams, which keep it
     * busy; each runs through rows that follow each other, because what fetches memory ahead begins
     * anew with every stream that jumps. The rows of a call are a multiple of 8; see {@link #rows8}
     * for the rest.
     *
     * @param w0 byte of the first row's first column
     * @param row bytes of a row
     * @param count rows of each of the 8 streams
     * @param xAt byte of the token's first column
     * @param blocks blocks of 2L columns
     * @param sums f32[8][count][L] from byte sumsAt on
     */
    static void streams8(
            MemorySegment w,
            long w0,
            long row,
            int count,
            MemorySegment x,
            long xAt,
            int blocks,
            MemorySegment sums,
            long sumsAt) {
        long stream = count * row;
        long sumStream = count * B;
        long first = Raw.address(w, w0, 8 * stream - row + blocks * B);
        long token = Raw.address(x, xAt, blocks * (2 * B));
        long out = Raw.address(sums, sumsAt, 8 * sumStream);
        for (int r = 0; r < count; r++) {
            long v0 = Raw.bounded(first + r * row);
            long v1 = Raw.bounded(v0 + 1 * stream);
            long v2 = Raw.bounded(v0 + 2 * stream);
            long v3 = Raw.bounded(v0 + 3 * stream);
            long v4 = Raw.bounded(v0 + 4 * stream);
            long v5 = Raw.bounded(v0 + 5 * stream);
            long v6 = Raw.bounded(v0 + 6 * stream);
            long v7 = Raw.bounded(v0 + 7 * stream);
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
                FloatVector f = v.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
                a0 = x0.fma(f, a0);
                f = v.and(ODD).reinterpretAsFloats();
                a0 = x1.fma(f, a0);
                v = IntVector.fromMemorySegment(I, MEMORY, v1 + at, LE);
                f = v.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
                a1 = x0.fma(f, a1);
                f = v.and(ODD).reinterpretAsFloats();
                a1 = x1.fma(f, a1);
                v = IntVector.fromMemorySegment(I, MEMORY, v2 + at, LE);
                f = v.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
                a2 = x0.fma(f, a2);
                f = v.and(ODD).reinterpretAsFloats();
                a2 = x1.fma(f, a2);
                v = IntVector.fromMemorySegment(I, MEMORY, v3 + at, LE);
                f = v.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
                a3 = x0.fma(f, a3);
                f = v.and(ODD).reinterpretAsFloats();
                a3 = x1.fma(f, a3);
                v = IntVector.fromMemorySegment(I, MEMORY, v4 + at, LE);
                f = v.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
                a4 = x0.fma(f, a4);
                f = v.and(ODD).reinterpretAsFloats();
                a4 = x1.fma(f, a4);
                v = IntVector.fromMemorySegment(I, MEMORY, v5 + at, LE);
                f = v.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
                a5 = x0.fma(f, a5);
                f = v.and(ODD).reinterpretAsFloats();
                a5 = x1.fma(f, a5);
                v = IntVector.fromMemorySegment(I, MEMORY, v6 + at, LE);
                f = v.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
                a6 = x0.fma(f, a6);
                f = v.and(ODD).reinterpretAsFloats();
                a6 = x1.fma(f, a6);
                v = IntVector.fromMemorySegment(I, MEMORY, v7 + at, LE);
                f = v.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
                a7 = x0.fma(f, a7);
                f = v.and(ODD).reinterpretAsFloats();
                a7 = x1.fma(f, a7);
            }
            long to = out + r * B;
            a0.intoMemorySegment(MEMORY, to, LE);
            a1.intoMemorySegment(MEMORY, to + 1 * sumStream, LE);
            a2.intoMemorySegment(MEMORY, to + 2 * sumStream, LE);
            a3.intoMemorySegment(MEMORY, to + 3 * sumStream, LE);
            a4.intoMemorySegment(MEMORY, to + 4 * sumStream, LE);
            a5.intoMemorySegment(MEMORY, to + 5 * sumStream, LE);
            a6.intoMemorySegment(MEMORY, to + 6 * sumStream, LE);
            a7.intoMemorySegment(MEMORY, to + 7 * sumStream, LE);
        }
    }

    /**
     * Lane sums of up to 8 rows with one token, one row a stream.
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
            FloatVector f = v.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
            a0 = x0.fma(f, a0);
            f = v.and(ODD).reinterpretAsFloats();
            a0 = x1.fma(f, a0);
            v = IntVector.fromMemorySegment(I, MEMORY, v1 + at, LE);
            f = v.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
            a1 = x0.fma(f, a1);
            f = v.and(ODD).reinterpretAsFloats();
            a1 = x1.fma(f, a1);
            v = IntVector.fromMemorySegment(I, MEMORY, v2 + at, LE);
            f = v.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
            a2 = x0.fma(f, a2);
            f = v.and(ODD).reinterpretAsFloats();
            a2 = x1.fma(f, a2);
            v = IntVector.fromMemorySegment(I, MEMORY, v3 + at, LE);
            f = v.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
            a3 = x0.fma(f, a3);
            f = v.and(ODD).reinterpretAsFloats();
            a3 = x1.fma(f, a3);
            v = IntVector.fromMemorySegment(I, MEMORY, v4 + at, LE);
            f = v.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
            a4 = x0.fma(f, a4);
            f = v.and(ODD).reinterpretAsFloats();
            a4 = x1.fma(f, a4);
            v = IntVector.fromMemorySegment(I, MEMORY, v5 + at, LE);
            f = v.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
            a5 = x0.fma(f, a5);
            f = v.and(ODD).reinterpretAsFloats();
            a5 = x1.fma(f, a5);
            v = IntVector.fromMemorySegment(I, MEMORY, v6 + at, LE);
            f = v.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
            a6 = x0.fma(f, a6);
            f = v.and(ODD).reinterpretAsFloats();
            a6 = x1.fma(f, a6);
            v = IntVector.fromMemorySegment(I, MEMORY, v7 + at, LE);
            f = v.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
            a7 = x0.fma(f, a7);
            f = v.and(ODD).reinterpretAsFloats();
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
     * Lane sums of up to 4 rows with 4 tokens: each vector of weights is widened once and used for
     * 4 tokens, and 16 sums hide the latency of the additions.
     *
     * @param xAt byte of the tile: [blocks][4 tokens][2L]
     * @param sums f32[4 rows][4 tokens][L] from byte sumsAt on
     */
    static void tile4(
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
        long tokens = Raw.address(x, xAt, blocks * (8 * B));
        long out = Raw.address(sums, sumsAt, 16 * B);
        FloatVector a0 = FloatVector.zero(F);
        FloatVector a1 = FloatVector.zero(F);
        FloatVector a2 = FloatVector.zero(F);
        FloatVector a3 = FloatVector.zero(F);
        FloatVector a4 = FloatVector.zero(F);
        FloatVector a5 = FloatVector.zero(F);
        FloatVector a6 = FloatVector.zero(F);
        FloatVector a7 = FloatVector.zero(F);
        FloatVector a8 = FloatVector.zero(F);
        FloatVector a9 = FloatVector.zero(F);
        FloatVector a10 = FloatVector.zero(F);
        FloatVector a11 = FloatVector.zero(F);
        FloatVector a12 = FloatVector.zero(F);
        FloatVector a13 = FloatVector.zero(F);
        FloatVector a14 = FloatVector.zero(F);
        FloatVector a15 = FloatVector.zero(F);
        for (int b = 0; b < blocks; b++) {
            long at = (long) b * B;
            long u = tokens + (long) b * (8 * B);
            FloatVector x0 = FloatVector.fromMemorySegment(F, MEMORY, u, LE);
            FloatVector x1 = FloatVector.fromMemorySegment(F, MEMORY, u + B, LE);
            FloatVector x2 = FloatVector.fromMemorySegment(F, MEMORY, u + 2 * B, LE);
            FloatVector x3 = FloatVector.fromMemorySegment(F, MEMORY, u + 3 * B, LE);
            FloatVector x4 = FloatVector.fromMemorySegment(F, MEMORY, u + 4 * B, LE);
            FloatVector x5 = FloatVector.fromMemorySegment(F, MEMORY, u + 5 * B, LE);
            FloatVector x6 = FloatVector.fromMemorySegment(F, MEMORY, u + 6 * B, LE);
            FloatVector x7 = FloatVector.fromMemorySegment(F, MEMORY, u + 7 * B, LE);
            IntVector v = IntVector.fromMemorySegment(I, MEMORY, v0 + at, LE);
            FloatVector f = v.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
            a0 = x0.fma(f, a0);
            a1 = x2.fma(f, a1);
            a2 = x4.fma(f, a2);
            a3 = x6.fma(f, a3);
            f = v.and(ODD).reinterpretAsFloats();
            a0 = x1.fma(f, a0);
            a1 = x3.fma(f, a1);
            a2 = x5.fma(f, a2);
            a3 = x7.fma(f, a3);
            v = IntVector.fromMemorySegment(I, MEMORY, v1 + at, LE);
            f = v.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
            a4 = x0.fma(f, a4);
            a5 = x2.fma(f, a5);
            a6 = x4.fma(f, a6);
            a7 = x6.fma(f, a7);
            f = v.and(ODD).reinterpretAsFloats();
            a4 = x1.fma(f, a4);
            a5 = x3.fma(f, a5);
            a6 = x5.fma(f, a6);
            a7 = x7.fma(f, a7);
            v = IntVector.fromMemorySegment(I, MEMORY, v2 + at, LE);
            f = v.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
            a8 = x0.fma(f, a8);
            a9 = x2.fma(f, a9);
            a10 = x4.fma(f, a10);
            a11 = x6.fma(f, a11);
            f = v.and(ODD).reinterpretAsFloats();
            a8 = x1.fma(f, a8);
            a9 = x3.fma(f, a9);
            a10 = x5.fma(f, a10);
            a11 = x7.fma(f, a11);
            v = IntVector.fromMemorySegment(I, MEMORY, v3 + at, LE);
            f = v.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
            a12 = x0.fma(f, a12);
            a13 = x2.fma(f, a13);
            a14 = x4.fma(f, a14);
            a15 = x6.fma(f, a15);
            f = v.and(ODD).reinterpretAsFloats();
            a12 = x1.fma(f, a12);
            a13 = x3.fma(f, a13);
            a14 = x5.fma(f, a14);
            a15 = x7.fma(f, a15);
        }
        a0.intoMemorySegment(MEMORY, out, LE);
        a1.intoMemorySegment(MEMORY, out + B, LE);
        a2.intoMemorySegment(MEMORY, out + 2 * B, LE);
        a3.intoMemorySegment(MEMORY, out + 3 * B, LE);
        a4.intoMemorySegment(MEMORY, out + 4 * B, LE);
        a5.intoMemorySegment(MEMORY, out + 5 * B, LE);
        a6.intoMemorySegment(MEMORY, out + 6 * B, LE);
        a7.intoMemorySegment(MEMORY, out + 7 * B, LE);
        a8.intoMemorySegment(MEMORY, out + 8 * B, LE);
        a9.intoMemorySegment(MEMORY, out + 9 * B, LE);
        a10.intoMemorySegment(MEMORY, out + 10 * B, LE);
        a11.intoMemorySegment(MEMORY, out + 11 * B, LE);
        a12.intoMemorySegment(MEMORY, out + 12 * B, LE);
        a13.intoMemorySegment(MEMORY, out + 13 * B, LE);
        a14.intoMemorySegment(MEMORY, out + 14 * B, LE);
        a15.intoMemorySegment(MEMORY, out + 15 * B, LE);
    }
}
