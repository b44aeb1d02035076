package apus.kernels.cpu.simd;

import static apus.kernels.cpu.simd.Lanes.B;
import static apus.kernels.cpu.simd.Lanes.F;
import static apus.kernels.cpu.simd.Lanes.LE;
import static apus.kernels.cpu.simd.Raw.FLOAT;
import static apus.kernels.cpu.simd.Raw.MEMORY;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
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
        long span = (headDim - 1) * stride + B;
        long key0 = Raw.address(keys, k0, span);
        long key1 = Raw.address(keys, k1, span);
        long key2 = Raw.address(keys, k2, span);
        long key3 = Raw.address(keys, k3, span);
        long query = Raw.address(q, qAt, headDim * 16L);
        long out = Raw.address(s, sAt, 3 * rowStride + Math.max(p1, Math.max(p2, p3)) + B);
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
            long x0 = query + d * 16L;
            FloatVector v0 = FloatVector.fromMemorySegment(F, MEMORY, Raw.bounded(key0 + at), LE);
            FloatVector v1 = FloatVector.fromMemorySegment(F, MEMORY, Raw.bounded(key1 + at), LE);
            FloatVector v2 = FloatVector.fromMemorySegment(F, MEMORY, Raw.bounded(key2 + at), LE);
            FloatVector v3 = FloatVector.fromMemorySegment(F, MEMORY, Raw.bounded(key3 + at), LE);
            FloatVector x = FloatVector.broadcast(F, MEMORY.get(FLOAT, x0));
            a00 = v0.fma(x, a00);
            a01 = v1.fma(x, a01);
            a02 = v2.fma(x, a02);
            a03 = v3.fma(x, a03);
            x = FloatVector.broadcast(F, MEMORY.get(FLOAT, x0 + 4));
            a10 = v0.fma(x, a10);
            a11 = v1.fma(x, a11);
            a12 = v2.fma(x, a12);
            a13 = v3.fma(x, a13);
            x = FloatVector.broadcast(F, MEMORY.get(FLOAT, x0 + 8));
            a20 = v0.fma(x, a20);
            a21 = v1.fma(x, a21);
            a22 = v2.fma(x, a22);
            a23 = v3.fma(x, a23);
            x = FloatVector.broadcast(F, MEMORY.get(FLOAT, x0 + 12));
            a30 = v0.fma(x, a30);
            a31 = v1.fma(x, a31);
            a32 = v2.fma(x, a32);
            a33 = v3.fma(x, a33);
        }
        a00.intoMemorySegment(MEMORY, out, LE);
        a01.intoMemorySegment(MEMORY, out + p1, LE);
        a02.intoMemorySegment(MEMORY, out + p2, LE);
        a03.intoMemorySegment(MEMORY, out + p3, LE);
        a10.intoMemorySegment(MEMORY, out + rowStride, LE);
        a11.intoMemorySegment(MEMORY, out + rowStride + p1, LE);
        a12.intoMemorySegment(MEMORY, out + rowStride + p2, LE);
        a13.intoMemorySegment(MEMORY, out + rowStride + p3, LE);
        a20.intoMemorySegment(MEMORY, out + 2 * rowStride, LE);
        a21.intoMemorySegment(MEMORY, out + 2 * rowStride + p1, LE);
        a22.intoMemorySegment(MEMORY, out + 2 * rowStride + p2, LE);
        a23.intoMemorySegment(MEMORY, out + 2 * rowStride + p3, LE);
        a30.intoMemorySegment(MEMORY, out + 3 * rowStride, LE);
        a31.intoMemorySegment(MEMORY, out + 3 * rowStride + p1, LE);
        a32.intoMemorySegment(MEMORY, out + 3 * rowStride + p2, LE);
        a33.intoMemorySegment(MEMORY, out + 3 * rowStride + p3, LE);
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
        long span = (headDim - 1) * stride + B;
        long key0 = Raw.address(keys, k0, span);
        long key1 = Raw.address(keys, k1, span);
        long key2 = Raw.address(keys, k2, span);
        long key3 = Raw.address(keys, k3, span);
        long query = Raw.address(q, qAt, headDim * 16L);
        long out = Raw.address(s, sAt, Math.max(p1, Math.max(p2, p3)) + B);
        FloatVector a00 = FloatVector.zero(F);
        FloatVector a01 = FloatVector.zero(F);
        FloatVector a02 = FloatVector.zero(F);
        FloatVector a03 = FloatVector.zero(F);
        for (int d = 0; d < headDim; d++) {
            long at = d * stride;
            long x0 = query + d * 16L;
            FloatVector v0 = FloatVector.fromMemorySegment(F, MEMORY, Raw.bounded(key0 + at), LE);
            FloatVector v1 = FloatVector.fromMemorySegment(F, MEMORY, Raw.bounded(key1 + at), LE);
            FloatVector v2 = FloatVector.fromMemorySegment(F, MEMORY, Raw.bounded(key2 + at), LE);
            FloatVector v3 = FloatVector.fromMemorySegment(F, MEMORY, Raw.bounded(key3 + at), LE);
            FloatVector x = FloatVector.broadcast(F, MEMORY.get(FLOAT, x0));
            a00 = v0.fma(x, a00);
            a01 = v1.fma(x, a01);
            a02 = v2.fma(x, a02);
            a03 = v3.fma(x, a03);
        }
        a00.intoMemorySegment(MEMORY, out, LE);
        a01.intoMemorySegment(MEMORY, out + p1, LE);
        a02.intoMemorySegment(MEMORY, out + p2, LE);
        a03.intoMemorySegment(MEMORY, out + p3, LE);
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
        int blocks = (to + blockSize - 1) / blockSize;
        long span = (blockSize - 1) * stride + Math.max(d0, Math.max(d1, Math.max(d2, d3))) + B;
        for (int b = 0; b < blocks; b++) {
            Objects.checkFromIndexSize(places[b], span, values.byteSize());
        }
        long first = Raw.address(values, 0, values.byteSize());
        long weights = Raw.address(s, sAt, 3 * rowStride + to * 4L);
        long sums = Raw.address(out, outAt, 16 * B);
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
        for (int i = 0; i < blockSize; i++) {
            for (int b = 0; b < blocks; b++) {
                int p = b * blockSize + i;
                if (p < from || p >= to) {
                    continue;
                }
                long at = Raw.bounded(first + places[b] + i * stride);
                long w = Raw.bounded(weights + p * 4L);
                FloatVector v0 = FloatVector.fromMemorySegment(F, MEMORY, Raw.bounded(at + d0), LE);
                FloatVector v1 = FloatVector.fromMemorySegment(F, MEMORY, Raw.bounded(at + d1), LE);
                FloatVector v2 = FloatVector.fromMemorySegment(F, MEMORY, Raw.bounded(at + d2), LE);
                FloatVector v3 = FloatVector.fromMemorySegment(F, MEMORY, Raw.bounded(at + d3), LE);
                FloatVector x = FloatVector.broadcast(F, MEMORY.get(FLOAT, w));
                a00 = v0.fma(x, a00);
                a01 = v1.fma(x, a01);
                a02 = v2.fma(x, a02);
                a03 = v3.fma(x, a03);
                x = FloatVector.broadcast(F, MEMORY.get(FLOAT, Raw.bounded(w + rowStride)));
                a10 = v0.fma(x, a10);
                a11 = v1.fma(x, a11);
                a12 = v2.fma(x, a12);
                a13 = v3.fma(x, a13);
                x = FloatVector.broadcast(F, MEMORY.get(FLOAT, Raw.bounded(w + 2 * rowStride)));
                a20 = v0.fma(x, a20);
                a21 = v1.fma(x, a21);
                a22 = v2.fma(x, a22);
                a23 = v3.fma(x, a23);
                x = FloatVector.broadcast(F, MEMORY.get(FLOAT, Raw.bounded(w + 3 * rowStride)));
                a30 = v0.fma(x, a30);
                a31 = v1.fma(x, a31);
                a32 = v2.fma(x, a32);
                a33 = v3.fma(x, a33);
            }
        }
        a00.intoMemorySegment(MEMORY, sums, LE);
        a01.intoMemorySegment(MEMORY, sums + B, LE);
        a02.intoMemorySegment(MEMORY, sums + 2 * B, LE);
        a03.intoMemorySegment(MEMORY, sums + 3 * B, LE);
        a10.intoMemorySegment(MEMORY, sums + 4 * B, LE);
        a11.intoMemorySegment(MEMORY, sums + 5 * B, LE);
        a12.intoMemorySegment(MEMORY, sums + 6 * B, LE);
        a13.intoMemorySegment(MEMORY, sums + 7 * B, LE);
        a20.intoMemorySegment(MEMORY, sums + 8 * B, LE);
        a21.intoMemorySegment(MEMORY, sums + 9 * B, LE);
        a22.intoMemorySegment(MEMORY, sums + 10 * B, LE);
        a23.intoMemorySegment(MEMORY, sums + 11 * B, LE);
        a30.intoMemorySegment(MEMORY, sums + 12 * B, LE);
        a31.intoMemorySegment(MEMORY, sums + 13 * B, LE);
        a32.intoMemorySegment(MEMORY, sums + 14 * B, LE);
        a33.intoMemorySegment(MEMORY, sums + 15 * B, LE);
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
        int blocks = (to + blockSize - 1) / blockSize;
        long span = (blockSize - 1) * stride + Math.max(d0, Math.max(d1, Math.max(d2, d3))) + B;
        for (int b = 0; b < blocks; b++) {
            Objects.checkFromIndexSize(places[b], span, values.byteSize());
        }
        long first = Raw.address(values, 0, values.byteSize());
        long weights = Raw.address(s, sAt, to * 4L);
        long sums = Raw.address(out, outAt, 4 * B);
        FloatVector a00 = FloatVector.zero(F);
        FloatVector a01 = FloatVector.zero(F);
        FloatVector a02 = FloatVector.zero(F);
        FloatVector a03 = FloatVector.zero(F);
        for (int i = 0; i < blockSize; i++) {
            for (int b = 0; b < blocks; b++) {
                int p = b * blockSize + i;
                if (p < from || p >= to) {
                    continue;
                }
                long at = Raw.bounded(first + places[b] + i * stride);
                long w = Raw.bounded(weights + p * 4L);
                FloatVector v0 = FloatVector.fromMemorySegment(F, MEMORY, Raw.bounded(at + d0), LE);
                FloatVector v1 = FloatVector.fromMemorySegment(F, MEMORY, Raw.bounded(at + d1), LE);
                FloatVector v2 = FloatVector.fromMemorySegment(F, MEMORY, Raw.bounded(at + d2), LE);
                FloatVector v3 = FloatVector.fromMemorySegment(F, MEMORY, Raw.bounded(at + d3), LE);
                FloatVector x = FloatVector.broadcast(F, MEMORY.get(FLOAT, w));
                a00 = v0.fma(x, a00);
                a01 = v1.fma(x, a01);
                a02 = v2.fma(x, a02);
                a03 = v3.fma(x, a03);
            }
        }
        a00.intoMemorySegment(MEMORY, sums, LE);
        a01.intoMemorySegment(MEMORY, sums + B, LE);
        a02.intoMemorySegment(MEMORY, sums + 2 * B, LE);
        a03.intoMemorySegment(MEMORY, sums + 3 * B, LE);
    }
}
