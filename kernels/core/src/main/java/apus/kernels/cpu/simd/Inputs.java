package apus.kernels.cpu.simd;

import static apus.kernels.cpu.simd.Lanes.L;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;

/**
 * How the tokens of a product lie in memory. Groups of 4 tokens form tiles, in which the blocks of
 * 2L columns of the 4 stand side by side: one stream instead of 4, and no four rows a multiple of
 * 4096 bytes apart, which would fight for the same cache lines. A tile of [cols] columns is
 *
 * <pre>[cols / 2L][4 tokens][2L], then [4 tokens][cols % 2L]</pre>
 *
 * A single token left over stands alone: [cols], its blocks in the same order of columns. In the
 * paired order the even columns of a block come first.
 */
final class Inputs {
    /** Tokens of a tile. */
    static final int TILE = 4;

    /** Columns of a block. */
    static final int BLOCK = 2 * L;

    private Inputs() {}

    /** Tiles of an input; two or three tokens left over also make one, with rows of no meaning. */
    static int tiles(int tokens) {
        return (tokens + 2) / TILE;
    }

    static void arrange(
            boolean paired,
            MemorySegment x,
            int tokens,
            int cols,
            int fromToken,
            int toToken,
            MemorySegment out) {
        int whole = cols / BLOCK * BLOCK;
        for (int t = fromToken; t < toToken; t++) {
            boolean inTile = t / TILE < tiles(tokens);
            int width = inTile ? TILE : 1;
            long tile = (long) (t / TILE) * TILE * cols;
            int place = inTile ? t % TILE : 0;
            long row = (long) t * cols;
            for (int c = 0; c < whole; c += BLOCK) {
                long to = tile + (long) c * width + (long) place * BLOCK;
                if (paired) {
                    split(x, row + c, out, to);
                } else {
                    MemorySegment.copy(
                            x, JAVA_FLOAT, (row + c) * 4, out, JAVA_FLOAT, to * 4, BLOCK);
                }
            }
            long tail = tile + (long) whole * width + (long) place * (cols - whole);
            for (int c = whole; c < cols; c++) {
                out.setAtIndex(JAVA_FLOAT, tail + c - whole, x.getAtIndex(JAVA_FLOAT, row + c));
            }
        }
    }

    private static void split(MemorySegment x, long from, MemorySegment out, long to) {
        for (int i = 0; i < L; i++) {
            out.setAtIndex(JAVA_FLOAT, to + i, x.getAtIndex(JAVA_FLOAT, from + 2L * i));
            out.setAtIndex(JAVA_FLOAT, to + L + i, x.getAtIndex(JAVA_FLOAT, from + 2L * i + 1));
        }
    }
}
