package apus.kernels.cpu.simd;

import static apus.kernels.cpu.simd.Lanes.B;
import static apus.kernels.cpu.simd.Lanes.F;
import static apus.kernels.cpu.simd.Lanes.L;
import static apus.kernels.cpu.simd.Lanes.LE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import apus.kernels.cpu.AttentionTask;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Attention over the paged cache, tile by tile of about 64 positions: scores, online softmax
 * (Milakov and Gimelshein 2018, arXiv 1805.02867), weighted values. A row is one query head of one
 * token; rows of a task share what they read.
 *
 * <p>Tiles begin at multiples of their length, counted from the sequence's start, so a row is
 * summed in the same order whichever rows and chunks it comes with. Rows go 4 at a time where all 4
 * see the same part of a tile, else one at a time: a position that a row may not see is never
 * multiplied with, not even by 0, since it may hold anything.
 */
final class VectorAttention {
    private static final int TILE = 64;
    private static final int ROWS = 4;

    /** Vectors of positions or dimensions that go together. */
    private static final int VECTORS = 4;

    private VectorAttention() {}

    private static int tileBlocks(int blockSize) {
        return Math.max(1, TILE / blockSize);
    }

    /** Floats of a row of scores: the last vector of a tile may reach beyond it. */
    private static int scoreStride(int blockSize) {
        return (tileBlocks(blockSize) * blockSize + 2 * L - 1) / L * L;
    }

    /** Floats of a row's output: whole groups of 4 vectors. */
    private static int outStride(int headDim) {
        return (headDim + VECTORS * L - 1) / (VECTORS * L) * (VECTORS * L);
    }

    static long scratch(int headDim, int blockSize) {
        return AttentionTask.MAX_ROWS * ((long) headDim + outStride(headDim) + 2)
                + (long) ROWS * scoreStride(blockSize)
                + ROWS
                + (1L + ROWS * VECTORS) * L;
    }

    static void run(AttentionTask a) {
        int rows = a.tokens * a.heads;
        assert rows <= AttentionTask.MAX_ROWS : rows;
        clear(a, rows);
        packQueries(a, rows);
        int tile = tileBlocks(a.blockSize) * a.blockSize;
        int last = a.firstPosition + a.tokens - 1;
        for (int start = lowest(a, 0) / tile * tile; start <= last; start += tile) {
            place(a, start, Math.min(tile, last + 1 - start));
            boolean all = start + tile <= a.firstPosition + 1 && start >= lowest(a, a.tokens - 1);
            if (all) {
                several(a, 0, rows, 0, tile);
            } else {
                for (int t = 0; t < a.tokens; t++) {
                    int from = Math.max(0, lowest(a, t) - start);
                    int to = Math.min(tile, a.firstPosition + t + 1 - start);
                    if (from < to) {
                        several(a, t * a.heads, (t + 1) * a.heads, from, to);
                    }
                }
            }
        }
        for (int r = 0; r < rows; r++) {
            finish(a, r);
        }
    }

    /** First position that a token of the task sees. */
    private static int lowest(AttentionTask a, int token) {
        return a.window == 0 ? 0 : Math.max(0, a.firstPosition + token + 1 - a.window);
    }

    // Scratch: queries [rows / 4][headDim][4], outputs [rows][outStride], the greatest score and
    // the
    // sum of weights of each row, scores [4][scoreStride], what 4 rows are to be shrunk by, lane
    // sums
    // [L], the output of a tile [4 rows][4][L].

    private static long queries(AttentionTask a, int row) {
        return a.scratchOffset + (long) (row / ROWS) * ROWS * a.headDim + row % ROWS;
    }

    private static long output(AttentionTask a, int row) {
        return a.scratchOffset
                + (long) AttentionTask.MAX_ROWS * a.headDim
                + (long) row * outStride(a.headDim);
    }

    private static long greatest(AttentionTask a, int row) {
        return output(a, AttentionTask.MAX_ROWS) + row;
    }

    private static long total(AttentionTask a, int row) {
        return greatest(a, AttentionTask.MAX_ROWS) + row;
    }

    private static long scores(AttentionTask a, int row) {
        return total(a, AttentionTask.MAX_ROWS) + (long) row * scoreStride(a.blockSize);
    }

    private static long shrink(AttentionTask a, int row) {
        return scores(a, ROWS) + row;
    }

    private static long laneSums(AttentionTask a) {
        return shrink(a, ROWS);
    }

    private static long tileOutput(AttentionTask a, int row) {
        return laneSums(a) + L + (long) row * VECTORS * L;
    }

    private static void clear(AttentionTask a, int rows) {
        for (int r = 0; r < rows; r++) {
            long out = output(a, r);
            for (int i = 0; i < outStride(a.headDim); i++) {
                a.scratch.setAtIndex(JAVA_FLOAT, out + i, 0);
            }
            // A sink comes first: it is the greatest score, and adds exp(sink - sink) to the total.
            boolean sink = a.sinks.byteSize() != 0;
            float greatest =
                    sink
                            ? a.sinks.getAtIndex(JAVA_FLOAT, a.firstHead + r % a.heads)
                            : Float.NEGATIVE_INFINITY;
            a.scratch.setAtIndex(JAVA_FLOAT, greatest(a, r), greatest);
            a.scratch.setAtIndex(JAVA_FLOAT, total(a, r), sink ? 1 : 0);
        }
    }

    private static void packQueries(AttentionTask a, int rows) {
        for (int r = 0; r < rows; r++) {
            long from = queryAt(a, r);
            long to = queries(a, r);
            for (int i = 0; i < a.headDim; i++) {
                a.scratch.setAtIndex(
                        JAVA_FLOAT,
                        to + (long) i * ROWS,
                        a.q.getAtIndex(JAVA_FLOAT, from + i) * a.scale);
            }
        }
    }

    private static long queryAt(AttentionTask a, int row) {
        int token = row / a.heads;
        int head = a.firstHead + row % a.heads;
        return (long) (a.firstToken + token) * a.queryWidth + (long) head * a.headDim;
    }

    /** Finds the blocks of a tile, as byte offsets. */
    private static void place(AttentionTask a, int start, int positions) {
        int first = start / a.blockSize;
        for (int i = 0; i * a.blockSize < positions; i++) {
            long block = a.blockTable[a.tableOffset + first + i];
            long at = (block * a.kvHeads + a.kvHead) * a.blockSize * a.headDim * Float.BYTES;
            a.places[i] = at;
        }
    }

    /** Rows that all see the same part of the tile. */
    private static void several(AttentionTask a, int fromRow, int toRow, int from, int to) {
        int r = fromRow;
        if (r % ROWS == 0) {
            for (; r + ROWS <= toRow; r += ROWS) {
                rows(a, r, ROWS, from, to);
            }
        }
        for (; r < toRow; r++) {
            rows(a, r, 1, from, to);
        }
    }

    private static void rows(AttentionTask a, int row, int rows, int from, int to) {
        score(a, row, rows, to);
        for (int r = 0; r < rows; r++) {
            float shrink = soften(a, row + r, scores(a, r), from, to);
            a.scratch.setAtIndex(JAVA_FLOAT, shrink(a, r), shrink);
        }
        weigh(a, row, rows, from, to);
    }

    private static void score(AttentionTask a, int row, int rows, int to) {
        int perBlock = (a.blockSize + L - 1) / L;
        int blocks = (to + a.blockSize - 1) / a.blockSize;
        int vectors = blocks * perBlock;
        long q = queries(a, row) * Float.BYTES;
        long s = scores(a, 0) * Float.BYTES;
        long rowStride = (long) scoreStride(a.blockSize) * Float.BYTES;
        long stride = (long) a.blockSize * Float.BYTES;
        // In order, because a vector that reaches beyond its block is corrected by the next one.
        for (int v = 0; v < vectors; v += 4) {
            int v1 = Math.min(v + 1, vectors - 1);
            int v2 = Math.min(v + 2, vectors - 1);
            int v3 = Math.min(v + 3, vectors - 1);
            long p0 = position(a, v, perBlock);
            long p1 = position(a, v1, perBlock) - p0;
            long p2 = position(a, v2, perBlock) - p0;
            long p3 = position(a, v3, perBlock) - p0;
            long k0 = keyAt(a, v, perBlock);
            long k1 = keyAt(a, v1, perBlock);
            long k2 = keyAt(a, v2, perBlock);
            long k3 = keyAt(a, v3, perBlock);
            if (rows == ROWS) {
                AttentionDot.scores4(
                        a.scratch, q, a.headDim, a.keys, k0, k1, k2, k3, stride, a.scratch, s + p0,
                        rowStride, p1, p2, p3);
            } else {
                AttentionDot.scores1(
                        a.scratch, q, a.headDim, a.keys, k0, k1, k2, k3, stride, a.scratch, s + p0,
                        rowStride, p1, p2, p3);
            }
        }
    }

    /** Bytes before a vector's first score in a row of scores. */
    private static long position(AttentionTask a, int vector, int perBlock) {
        int block = vector / perBlock;
        return ((long) block * a.blockSize + (long) (vector - block * perBlock) * L) * Float.BYTES;
    }

    private static long keyAt(AttentionTask a, int vector, int perBlock) {
        int block = vector / perBlock;
        return a.places[block] + (long) (vector - block * perBlock) * B;
    }

    /**
     * Scores to weights.
     *
     * @return what the row's output so far is to be multiplied with: 1, or less where a new
     *     greatest score has come
     */
    private static float soften(AttentionTask a, int row, long s, int from, int to) {
        int begin = from / L * L;
        int end = (to + L - 1) / L * L;
        for (int p = begin; p < from; p++) {
            a.scratch.setAtIndex(JAVA_FLOAT, s + p, Float.NEGATIVE_INFINITY);
        }
        for (int p = to; p < end; p++) {
            a.scratch.setAtIndex(JAVA_FLOAT, s + p, Float.NEGATIVE_INFINITY);
        }
        if (a.softcap != 0) {
            VectorMath.softcap(a.scratch, s + from, a.softcap, to - from);
        }
        float before = a.scratch.getAtIndex(JAVA_FLOAT, greatest(a, row));
        float now = Math.max(before, most(a.scratch, s + begin, end - begin));
        // The first tile shrinks nothing: exp gives 0 for minus infinity.
        float shrink = now == before ? 1 : VectorMath.exp(before - now);
        a.scratch.setAtIndex(JAVA_FLOAT, greatest(a, row), now);
        subtract(a.scratch, s + begin, now, end - begin);
        VectorMath.exp(a.scratch, s + begin, end - begin);
        laneSums(a.scratch, s + begin, end - begin, laneSums(a));
        float sum = Lanes.sum(a.scratch, laneSums(a) * Float.BYTES);
        float total = a.scratch.getAtIndex(JAVA_FLOAT, total(a, row));
        a.scratch.setAtIndex(JAVA_FLOAT, total(a, row), Math.fma(total, shrink, sum));
        return shrink;
    }

    private static float most(MemorySegment s, long offset, int n) {
        FloatVector v = FloatVector.fromMemorySegment(F, s, offset * Float.BYTES, LE);
        for (int i = L; i < n; i += L) {
            v = v.max(FloatVector.fromMemorySegment(F, s, (offset + i) * Float.BYTES, LE));
        }
        // The one reduction whose order does not matter.
        return v.reduceLanes(VectorOperators.MAX);
    }

    private static void subtract(MemorySegment s, long offset, float value, int n) {
        for (int i = 0; i < n; i += L) {
            long at = (offset + i) * Float.BYTES;
            FloatVector.fromMemorySegment(F, s, at, LE).sub(value).intoMemorySegment(s, at, LE);
        }
    }

    private static void laneSums(MemorySegment s, long offset, int n, long to) {
        FloatVector v = FloatVector.fromMemorySegment(F, s, offset * Float.BYTES, LE);
        for (int i = L; i < n; i += L) {
            v = v.add(FloatVector.fromMemorySegment(F, s, (offset + i) * Float.BYTES, LE));
        }
        v.intoMemorySegment(s, to * Float.BYTES, LE);
    }

    private static void weigh(AttentionTask a, int row, int rows, int from, int to) {
        int vectors = (a.headDim + L - 1) / L;
        long s = scores(a, 0) * Float.BYTES;
        long rowStride = (long) scoreStride(a.blockSize) * Float.BYTES;
        long out = tileOutput(a, 0) * Float.BYTES;
        long stride = (long) a.headDim * Float.BYTES;
        for (int v = 0; v < vectors; v += 4) {
            // Vectors beyond the last repeat it; their sums are not read.
            long d0 = (long) v * B;
            long d1 = (long) Math.min(v + 1, vectors - 1) * B;
            long d2 = (long) Math.min(v + 2, vectors - 1) * B;
            long d3 = (long) Math.min(v + 3, vectors - 1) * B;
            if (rows == ROWS) {
                AttentionDot.values4(
                        a.scratch,
                        s,
                        rowStride,
                        a.values,
                        a.places,
                        a.blockSize,
                        stride,
                        from,
                        to,
                        d0,
                        d1,
                        d2,
                        d3,
                        a.scratch,
                        out);
            } else {
                AttentionDot.values1(
                        a.scratch,
                        s,
                        rowStride,
                        a.values,
                        a.places,
                        a.blockSize,
                        stride,
                        from,
                        to,
                        d0,
                        d1,
                        d2,
                        d3,
                        a.scratch,
                        out);
            }
            for (int r = 0; r < rows; r++) {
                float shrink = a.scratch.getAtIndex(JAVA_FLOAT, shrink(a, r));
                long so = output(a, row + r) + (long) v * L;
                shrinkAndAdd(a.scratch, so, shrink, tileOutput(a, r), VECTORS * L);
            }
        }
    }

    /** s[to + i] = s[to + i] * factor + s[from + i]. */
    private static void shrinkAndAdd(MemorySegment s, long to, float factor, long from, int n) {
        for (int i = 0; i < n; i += L) {
            long at = (to + i) * Float.BYTES;
            FloatVector.fromMemorySegment(F, s, at, LE)
                    .fma(
                            FloatVector.broadcast(F, factor),
                            FloatVector.fromMemorySegment(F, s, (from + i) * Float.BYTES, LE))
                    .intoMemorySegment(s, at, LE);
        }
    }

    private static void finish(AttentionTask a, int row) {
        long from = output(a, row);
        long to = queryAt(a, row);
        float factor = 1 / a.scratch.getAtIndex(JAVA_FLOAT, total(a, row));
        for (int i = 0; i < a.headDim; i++) {
            a.out.setAtIndex(
                    JAVA_FLOAT, to + i, a.scratch.getAtIndex(JAVA_FLOAT, from + i) * factor);
        }
    }
}
