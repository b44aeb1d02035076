package apus.kernels.cpu.simd;

import static apus.kernels.cpu.simd.Lanes.B;
import static apus.kernels.cpu.simd.Lanes.F;
import static apus.kernels.cpu.simd.Lanes.LE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * The two products of attention as outer products: a number of each row times vectors of the cache,
 * for 4 rows or 1. A score is summed over dimensions in order. An output is summed over the first
 * positions of the tile's blocks, the second positions, and so on. Both whatever is computed beside
 * them. All offsets are bytes. See {@link Bf16Dot} for the form of the methods.
 *
 * <p>Values are not taken position by position because a block of them is about a page, beyond
 * which no processor looks ahead: one block after the other, it waits at the start of each. With
 * the blocks of a tile side by side, attention to 4,096 positions in memory takes a sixth less.
 */
final class AttentionDot {
    private AttentionDot() {}

    /**
     * Scores of 4 rows at 4 vectors of positions.
     *
     * @param q f32[headDim][4]
     * @param k0 where dimension 0 of the first vector stands in keys; then the others
     * @param stride from dimension to dimension
     * @param s where the first row's scores go; p0 to p3: where the vectors go in a row
     */
    static void scores4(
            MemorySegment q,
            long qAt,
            int headDim,
            MemorySegment keys,
            long k0,
            long k1,
            long k2,
            long k3,
            long stride,
            MemorySegment s,
            long sAt,
            long rowStride,
            long p1,
            long p2,
            long p3) {
        FloatVector a00 = FloatVector.zero(F);
        FloatVector a01 = FloatVector.zero(F);
        FloatVector a02 = FloatVector.zero(F);
        FloatVector a03 = FloatVector.zero(F);
        FloatVector a10 = FloatVector.zero(F);
        FloatVector a11 = FloatVector.zero(F);
        FloatVector a12 = FloatVector.zero(F);
        FloatVector a13 = FloatVector.zero(F);
        FloatVector a20 = FloatVector.zero(F);
        FloatVector a21 = FloatVector.zero(F);
        FloatVector a22 = FloatVector.zero(F);
        FloatVector a23 = FloatVector.zero(F);
        FloatVector a30 = FloatVector.zero(F);
        FloatVector a31 = FloatVector.zero(F);
        FloatVector a32 = FloatVector.zero(F);
        FloatVector a33 = FloatVector.zero(F);
        for (int d = 0; d < headDim; d++) {
            long at = d * stride;
            FloatVector v0 = FloatVector.fromMemorySegment(F, keys, k0 + at, LE);
            FloatVector v1 = FloatVector.fromMemorySegment(F, keys, k1 + at, LE);
            FloatVector v2 = FloatVector.fromMemorySegment(F, keys, k2 + at, LE);
            FloatVector v3 = FloatVector.fromMemorySegment(F, keys, k3 + at, LE);
            FloatVector x = FloatVector.broadcast(F, q.get(JAVA_FLOAT, qAt + d * 16L));
            a00 = v0.fma(x, a00);
            a01 = v1.fma(x, a01);
            a02 = v2.fma(x, a02);
            a03 = v3.fma(x, a03);
            x = FloatVector.broadcast(F, q.get(JAVA_FLOAT, qAt + d * 16L + 4));
            a10 = v0.fma(x, a10);
            a11 = v1.fma(x, a11);
            a12 = v2.fma(x, a12);
            a13 = v3.fma(x, a13);
            x = FloatVector.broadcast(F, q.get(JAVA_FLOAT, qAt + d * 16L + 8));
            a20 = v0.fma(x, a20);
            a21 = v1.fma(x, a21);
            a22 = v2.fma(x, a22);
            a23 = v3.fma(x, a23);
            x = FloatVector.broadcast(F, q.get(JAVA_FLOAT, qAt + d * 16L + 12));
            a30 = v0.fma(x, a30);
            a31 = v1.fma(x, a31);
            a32 = v2.fma(x, a32);
            a33 = v3.fma(x, a33);
        }
        a00.intoMemorySegment(s, sAt, LE);
        a01.intoMemorySegment(s, sAt + p1, LE);
        a02.intoMemorySegment(s, sAt + p2, LE);
        a03.intoMemorySegment(s, sAt + p3, LE);
        a10.intoMemorySegment(s, sAt + rowStride, LE);
        a11.intoMemorySegment(s, sAt + rowStride + p1, LE);
        a12.intoMemorySegment(s, sAt + rowStride + p2, LE);
        a13.intoMemorySegment(s, sAt + rowStride + p3, LE);
        a20.intoMemorySegment(s, sAt + 2 * rowStride, LE);
        a21.intoMemorySegment(s, sAt + 2 * rowStride + p1, LE);
        a22.intoMemorySegment(s, sAt + 2 * rowStride + p2, LE);
        a23.intoMemorySegment(s, sAt + 2 * rowStride + p3, LE);
        a30.intoMemorySegment(s, sAt + 3 * rowStride, LE);
        a31.intoMemorySegment(s, sAt + 3 * rowStride + p1, LE);
        a32.intoMemorySegment(s, sAt + 3 * rowStride + p2, LE);
        a33.intoMemorySegment(s, sAt + 3 * rowStride + p3, LE);
    }

    /**
     * Scores of 1 row at 4 vectors of positions.
     *
     * @param q f32[headDim][4], of which the first of each 4 is read
     * @param k0 where dimension 0 of the first vector stands in keys; then the others
     * @param stride from dimension to dimension
     * @param s where the first row's scores go; p0 to p3: where the vectors go in a row
     */
    static void scores1(
            MemorySegment q,
            long qAt,
            int headDim,
            MemorySegment keys,
            long k0,
            long k1,
            long k2,
            long k3,
            long stride,
            MemorySegment s,
            long sAt,
            long rowStride,
            long p1,
            long p2,
            long p3) {
        FloatVector a00 = FloatVector.zero(F);
        FloatVector a01 = FloatVector.zero(F);
        FloatVector a02 = FloatVector.zero(F);
        FloatVector a03 = FloatVector.zero(F);
        for (int d = 0; d < headDim; d++) {
            long at = d * stride;
            FloatVector v0 = FloatVector.fromMemorySegment(F, keys, k0 + at, LE);
            FloatVector v1 = FloatVector.fromMemorySegment(F, keys, k1 + at, LE);
            FloatVector v2 = FloatVector.fromMemorySegment(F, keys, k2 + at, LE);
            FloatVector v3 = FloatVector.fromMemorySegment(F, keys, k3 + at, LE);
            FloatVector x = FloatVector.broadcast(F, q.get(JAVA_FLOAT, qAt + d * 16L));
            a00 = v0.fma(x, a00);
            a01 = v1.fma(x, a01);
            a02 = v2.fma(x, a02);
            a03 = v3.fma(x, a03);
        }
        a00.intoMemorySegment(s, sAt, LE);
        a01.intoMemorySegment(s, sAt + p1, LE);
        a02.intoMemorySegment(s, sAt + p2, LE);
        a03.intoMemorySegment(s, sAt + p3, LE);
    }

    /**
     * Sums of weighted values for 4 rows, 4 vectors of dimensions.
     *
     * @param s the first row's weights
     * @param places where the blocks of the tile stand in values
     * @param from first position of the tile to add
     * @param to position after the last
     * @param d0 where the first vector stands in a position's values; then the others
     * @param out f32[4][4][L] from outAt on
     */
    static void values4(
            MemorySegment s,
            long sAt,
            long rowStride,
            MemorySegment values,
            long[] places,
            int blockSize,
            long stride,
            int from,
            int to,
            long d0,
            long d1,
            long d2,
            long d3,
            MemorySegment out,
            long outAt) {
        FloatVector a00 = FloatVector.zero(F);
        FloatVector a01 = FloatVector.zero(F);
        FloatVector a02 = FloatVector.zero(F);
        FloatVector a03 = FloatVector.zero(F);
        FloatVector a10 = FloatVector.zero(F);
        FloatVector a11 = FloatVector.zero(F);
        FloatVector a12 = FloatVector.zero(F);
        FloatVector a13 = FloatVector.zero(F);
        FloatVector a20 = FloatVector.zero(F);
        FloatVector a21 = FloatVector.zero(F);
        FloatVector a22 = FloatVector.zero(F);
        FloatVector a23 = FloatVector.zero(F);
        FloatVector a30 = FloatVector.zero(F);
        FloatVector a31 = FloatVector.zero(F);
        FloatVector a32 = FloatVector.zero(F);
        FloatVector a33 = FloatVector.zero(F);
        int blocks = (to + blockSize - 1) / blockSize;
        for (int i = 0; i < blockSize; i++) {
            for (int b = 0; b < blocks; b++) {
                int p = b * blockSize + i;
                if (p < from || p >= to) {
                    continue;
                }
                long at = places[b] + i * stride;
                long w = sAt + p * 4L;
                FloatVector v0 = FloatVector.fromMemorySegment(F, values, at + d0, LE);
                FloatVector v1 = FloatVector.fromMemorySegment(F, values, at + d1, LE);
                FloatVector v2 = FloatVector.fromMemorySegment(F, values, at + d2, LE);
                FloatVector v3 = FloatVector.fromMemorySegment(F, values, at + d3, LE);
                FloatVector x = FloatVector.broadcast(F, s.get(JAVA_FLOAT, w));
                a00 = v0.fma(x, a00);
                a01 = v1.fma(x, a01);
                a02 = v2.fma(x, a02);
                a03 = v3.fma(x, a03);
                x = FloatVector.broadcast(F, s.get(JAVA_FLOAT, w + rowStride));
                a10 = v0.fma(x, a10);
                a11 = v1.fma(x, a11);
                a12 = v2.fma(x, a12);
                a13 = v3.fma(x, a13);
                x = FloatVector.broadcast(F, s.get(JAVA_FLOAT, w + 2 * rowStride));
                a20 = v0.fma(x, a20);
                a21 = v1.fma(x, a21);
                a22 = v2.fma(x, a22);
                a23 = v3.fma(x, a23);
                x = FloatVector.broadcast(F, s.get(JAVA_FLOAT, w + 3 * rowStride));
                a30 = v0.fma(x, a30);
                a31 = v1.fma(x, a31);
                a32 = v2.fma(x, a32);
                a33 = v3.fma(x, a33);
            }
        }
        a00.intoMemorySegment(out, outAt, LE);
        a01.intoMemorySegment(out, outAt + B, LE);
        a02.intoMemorySegment(out, outAt + 2 * B, LE);
        a03.intoMemorySegment(out, outAt + 3 * B, LE);
        a10.intoMemorySegment(out, outAt + 4 * B, LE);
        a11.intoMemorySegment(out, outAt + 5 * B, LE);
        a12.intoMemorySegment(out, outAt + 6 * B, LE);
        a13.intoMemorySegment(out, outAt + 7 * B, LE);
        a20.intoMemorySegment(out, outAt + 8 * B, LE);
        a21.intoMemorySegment(out, outAt + 9 * B, LE);
        a22.intoMemorySegment(out, outAt + 10 * B, LE);
        a23.intoMemorySegment(out, outAt + 11 * B, LE);
        a30.intoMemorySegment(out, outAt + 12 * B, LE);
        a31.intoMemorySegment(out, outAt + 13 * B, LE);
        a32.intoMemorySegment(out, outAt + 14 * B, LE);
        a33.intoMemorySegment(out, outAt + 15 * B, LE);
    }

    /**
     * Sums of weighted values for 1 row, 4 vectors of dimensions.
     *
     * @param s the first row's weights
     * @param places where the blocks of the tile stand in values
     * @param from first position of the tile to add
     * @param to position after the last
     * @param d0 where the first vector stands in a position's values; then the others
     * @param out f32[1][4][L] from outAt on
     */
    static void values1(
            MemorySegment s,
            long sAt,
            long rowStride,
            MemorySegment values,
            long[] places,
            int blockSize,
            long stride,
            int from,
            int to,
            long d0,
            long d1,
            long d2,
            long d3,
            MemorySegment out,
            long outAt) {
        FloatVector a00 = FloatVector.zero(F);
        FloatVector a01 = FloatVector.zero(F);
        FloatVector a02 = FloatVector.zero(F);
        FloatVector a03 = FloatVector.zero(F);
        int blocks = (to + blockSize - 1) / blockSize;
        for (int i = 0; i < blockSize; i++) {
            for (int b = 0; b < blocks; b++) {
                int p = b * blockSize + i;
                if (p < from || p >= to) {
                    continue;
                }
                long at = places[b] + i * stride;
                long w = sAt + p * 4L;
                FloatVector v0 = FloatVector.fromMemorySegment(F, values, at + d0, LE);
                FloatVector v1 = FloatVector.fromMemorySegment(F, values, at + d1, LE);
                FloatVector v2 = FloatVector.fromMemorySegment(F, values, at + d2, LE);
                FloatVector v3 = FloatVector.fromMemorySegment(F, values, at + d3, LE);
                FloatVector x = FloatVector.broadcast(F, s.get(JAVA_FLOAT, w));
                a00 = v0.fma(x, a00);
                a01 = v1.fma(x, a01);
                a02 = v2.fma(x, a02);
                a03 = v3.fma(x, a03);
            }
        }
        a00.intoMemorySegment(out, outAt, LE);
        a01.intoMemorySegment(out, outAt + B, LE);
        a02.intoMemorySegment(out, outAt + 2 * B, LE);
        a03.intoMemorySegment(out, outAt + 3 * B, LE);
    }
}
