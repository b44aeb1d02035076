package apus.kernels.cpu.simd;

import static apus.kernels.cpu.simd.Inputs.BLOCK;
import static apus.kernels.cpu.simd.Lanes.B;
import static apus.kernels.cpu.simd.Lanes.F;
import static apus.kernels.cpu.simd.Lanes.L;
import static apus.kernels.cpu.simd.Lanes.LE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import apus.format.Weight;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * Products for many tokens: rows are widened and turned once, then used for all of them. Lane sums
 * come class by class of columns instead of lane by lane, and are added in the same tree.
 */
final class PanelProducts {
    /** Tokens that pass over the panel together; their unfinished sums stay in the cache. */
    private static final int TOKENS = 8 * Panel.TOKENS;

    /** Classes whose sums are added before they meet others. */
    private static final int CLASSES = 4;

    private static final int LEVELS = Integer.numberOfTrailingZeros(L);

    /** Vectors of a tile of sums. */
    private static final int VECTORS = Panel.TOKENS * Panel.VECTORS;

    private static final long SUMS = VECTORS * B;

    /**
     * Bytes of a tile's tree: at each level above {@link #CLASSES} the sum that waits for its
     * partner, and the total.
     */
    private static final long TREE = (LEVELS - 1) * SUMS;

    private static final long TREES = TOKENS / Panel.TOKENS * TREE;

    /** A tile's sums over some classes; see {@link PanelDot} for why in an array. */
    private static final ThreadLocal<float[]> CLASS_SUMS =
            ThreadLocal.withInitial(() -> new float[CLASSES * VECTORS * L]);

    private PanelProducts() {}

    /** Floats of scratch. */
    static long scratch(int cols) {
        return TREES / Float.BYTES + Panel.floats(cols);
    }

    static void matmul(
            MemorySegment x,
            int tokens,
            Weight w,
            MemorySegment bias,
            int fromRow,
            int toRow,
            MemorySegment y,
            MemorySegment scratch,
            long scratchOffset) {
        long trees = scratchOffset * Float.BYTES;
        long panel = trees + TREES;
        float[] sums = CLASS_SUMS.get();
        for (int row = fromRow; row < toRow; row += Panel.ROWS) {
            int rows = Math.min(Panel.ROWS, toRow - row);
            Panel.fill(w, row, rows, scratch, panel);
            for (int t = 0; t < tokens; t += TOKENS) {
                int end = Math.min(tokens, t + TOKENS);
                pass(x, tokens, w.cols(), t, end, scratch, trees, panel, sums);
                for (int tile = t; tile < end; tile += Panel.TOKENS) {
                    long total = trees + (tile - t) / Panel.TOKENS * TREE + (LEVELS - 2) * SUMS;
                    finish(x, tokens, tile, w, row, rows, bias, scratch, total, y);
                }
            }
        }
    }

    private static void pass(
            MemorySegment x,
            int tokens,
            int cols,
            int from,
            int to,
            MemorySegment s,
            long trees,
            long panel,
            float[] sums) {
        int steps = Panel.steps(cols);
        long classStride = Panel.classStride(steps);
        for (int i = 0; i < L; i += CLASSES) {
            // As many sums of smaller subtrees wait as there are ones at the end of i / CLASSES.
            int partners = Integer.numberOfTrailingZeros(~(i / CLASSES));
            long tree = trees;
            for (int t = from; t < to; t += Panel.TOKENS) {
                for (int c = 0; c < CLASSES; c++) {
                    // The order in which a tree over halves is finished from its leaves.
                    int lane = Integer.reverse(i + c) >>> (Integer.SIZE - LEVELS);
                    long w = panel + lane * classStride;
                    long at = Inputs.classAt(tokens, cols, lane, t) * Float.BYTES;
                    PanelDot.tile(x, at, s, w, steps, sums, c * VECTORS * L);
                }
                PanelDot.fold(sums, s, tree, partners, tree + partners * SUMS, VECTORS);
                tree += TREE;
            }
        }
    }

    private static void finish(
            MemorySegment x,
            int tokens,
            int token,
            Weight w,
            int row,
            int rows,
            MemorySegment bias,
            MemorySegment s,
            long sums,
            MemorySegment y) {
        int tail = w.cols() % BLOCK;
        int count = Math.min(Panel.TOKENS, tokens - token);
        for (int t = 0; t < count; t++) {
            long from = sums + (long) t * Panel.ROWS * Float.BYTES;
            if (tail == 0 && rows == Panel.ROWS) {
                long to = ((long) (token + t) * w.rows() + row) * Float.BYTES;
                if (bias.byteSize() == 0) {
                    MemorySegment.copy(s, from, y, to, (long) Panel.ROWS * Float.BYTES);
                } else {
                    add(s, from, bias, (long) row * Float.BYTES, y, to);
                }
            } else {
                long xTail = Inputs.classTail(tokens, w.cols(), token + t);
                for (int i = 0; i < rows; i++) {
                    float sum = s.get(JAVA_FLOAT, from + 4L * i);
                    Products.finish(x, xTail, w, row + i, bias, sum, y, token + t);
                }
            }
        }
    }

    private static void add(
            MemorySegment s, long from, MemorySegment bias, long at, MemorySegment y, long to) {
        for (long i = 0; i < Panel.VECTORS * B; i += B) {
            FloatVector.fromMemorySegment(F, s, from + i, LE)
                    .add(FloatVector.fromMemorySegment(F, bias, at + i, LE))
                    .intoMemorySegment(y, to + i, LE);
        }
    }
}
