package apus.kernels.cpu.tile;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import apus.format.PairTiled;
import java.lang.foreign.MemorySegment;

/**
 * How the tokens of a product lie in memory: blocks of 32, the last with as many as are left, each
 * as bfloat16
 *
 * <pre>[cols / 32][tokens][parts][32]</pre>
 *
 * with zeros beyond the last column. The weights' layout holds a column's neighbours of 16 rows
 * together, this one a token's 32 columns: the two sides that the tile product multiplies.
 */
public final class PairInputs {
    /** Tokens of a block. */
    static final int BLOCK = 2 * TileShapes.ROWS;

    private static final int COLS = PairTiled.COLS;

    private PairInputs() {}

    /** Floats that an input of so many tokens takes. */
    static long floats(int parts, int tokens, int cols) {
        return (long) tokens * tokenBytes(parts, cols) / Float.BYTES;
    }

    /** Bytes that a token takes. */
    static long tokenBytes(int parts, int cols) {
        return (long) PairTiled.steps(cols) * parts * COLS * Short.BYTES;
    }

    static void arrange(
            PartSplitter splitter,
            int parts,
            MemorySegment x,
            int tokens,
            int cols,
            int fromToken,
            int toToken,
            MemorySegment out) {
        for (int t = fromToken; t < toToken; t++) {
            int first = t / BLOCK * BLOCK;
            int block = Math.min(BLOCK, tokens - first);
            long at = first * tokenBytes(parts, cols) / Short.BYTES;
            long row = at + (long) (t - first) * parts * COLS;
            long stride = (long) block * parts * COLS;
            splitter.split(parts, x, (long) t * cols, cols, out, row, stride);
        }
    }

    /** The plain {@link PartSplitter#split}, from some step on. */
    public static void split(
            int firstStep,
            int parts,
            MemorySegment x,
            long from,
            int cols,
            MemorySegment out,
            long at,
            long stride) {
        for (int step = firstStep; step < PairTiled.steps(cols); step++) {
            int n = Math.min(COLS, cols - step * COLS);
            long to = at + step * stride;
            for (int c = 0; c < n; c++) {
                float rest = x.getAtIndex(JAVA_FLOAT, from + (long) step * COLS + c);
                for (int p = 0; p < parts; p++) {
                    short part = Parts.first(rest);
                    out.setAtIndex(JAVA_SHORT, to + (long) p * COLS + c, part);
                    rest = Parts.rest(rest, part);
                }
            }
            for (int c = n; c < COLS; c++) {
                for (int p = 0; p < parts; p++) {
                    out.setAtIndex(JAVA_SHORT, to + (long) p * COLS + c, (short) 0);
                }
            }
        }
    }
}
