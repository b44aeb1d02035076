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
 *
 * <p>Many tokens are laid out for {@link PanelProducts}: the columns that share a lane come
 * together, in order, and of each the numbers of a tile of {@link Panel#TOKENS} tokens.
 *
 * <pre>[lane][tiles][cols / 2L * 2][tile's tokens], then [tokens][cols % 2L]</pre>
 */
final class Inputs {
    /** Tokens of a tile. */
    static final int TILE = 4;

    /** Columns of a block. */
    static final int BLOCK = 2 * L;

    /** Tokens whose tiles are whole in every layout. */
    static final int GROUP = Panel.TOKENS % TILE == 0 ? Panel.TOKENS : 2 * Panel.TOKENS;

    /** From so many tokens on, turning a panel of weights costs less than it saves. */
    private static final int BY_CLASS = 128;

    /** Floats between classes, or all would share a cache set. */
    private static final long PAD = 16;

    private Inputs() {}

    /** Tiles of an input; two or three tokens left over also make one, with rows of no meaning. */
    static int tiles(int tokens) {
        return (tokens + 2) / TILE;
    }

    /** Whether an input is laid out for {@link PanelProducts}. */
    static boolean byClass(int tokens) {
        return L >= 4 && tokens >= BY_CLASS;
    }

    /** Floats that an input of so many tokens, or fewer, takes in any layout. */
    static long floats(int tokens, int cols) {
        return (tokens + GROUP - 1L) / GROUP * GROUP * cols + L * PAD;
    }

    static void arrange(
            boolean paired,
            MemorySegment x,
            int tokens,
            int cols,
            int fromToken,
            int toToken,
            MemorySegment out) {
        if (byClass(tokens)) {
            for (int t = fromToken; t < toToken; t += Panel.TOKENS) {
                classes(paired, x, tokens, cols, t, out);
            }
        } else {
            tiles(paired, x, tokens, cols, fromToken, toToken, out);
        }
    }

    /** First float of a tile's columns of one class, [cols / 2L * 2][tile's tokens]. */
    static long classAt(int tokens, int cols, int lane, int token) {
        long tile = (long) Panel.steps(cols) * Panel.TOKENS;
        int tiles = (tokens + Panel.TOKENS - 1) / Panel.TOKENS;
        return lane * (tiles * tile + PAD) + token / Panel.TOKENS * tile;
    }

    /** First float of a token's columns beyond the last whole block. */
    static long classTail(int tokens, int cols, int token) {
        return classAt(tokens, cols, L, 0) + (long) token * (cols % BLOCK);
    }

    private static void classes(
            boolean paired, MemorySegment x, int tokens, int cols, int token, MemorySegment out) {
        int whole = cols / BLOCK * BLOCK;
        int apart = paired ? 1 : L;
        for (int lane = 0; lane < L; lane++) {
            long to = classAt(tokens, cols, lane, token);
            int column = paired ? 2 * lane : lane;
            for (int i = 0; i < Panel.TOKENS; i++) {
                // Tokens that are missing repeat the last one.
                long row = (long) Math.min(token + i, tokens - 1) * cols;
                long at = to + i;
                for (int c = column; c < whole; c += BLOCK) {
                    out.setAtIndex(JAVA_FLOAT, at, x.getAtIndex(JAVA_FLOAT, row + c));
                    float second = x.getAtIndex(JAVA_FLOAT, row + c + apart);
                    out.setAtIndex(JAVA_FLOAT, at + Panel.TOKENS, second);
                    at += 2 * Panel.TOKENS;
                }
            }
        }
        for (int t = token; t < Math.min(tokens, token + Panel.TOKENS); t++) {
            long tail = classTail(tokens, cols, t);
            for (int c = whole; c < cols; c++) {
                float v = x.getAtIndex(JAVA_FLOAT, (long) t * cols + c);
                out.setAtIndex(JAVA_FLOAT, tail + c - whole, v);
            }
        }
    }

    private static void tiles(
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
