package apus.kernels.cpu.simd;

import static apus.kernels.cpu.simd.Panel.TOKENS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;

/**
 * How the tokens of a product with {@link apus.format.Tiled} weights lie in memory. A few stand one
 * behind the other, [tokens][cols]. More form tiles in which the numbers of a column are
 * neighbours:
 *
 * <pre>[tokens / TOKENS][cols][TOKENS]</pre>
 *
 * Tokens that are missing in the last tile repeat the last one.
 */
final class TileInputs {
    /** Up to so many tokens are multiplied one by one: a panel costs more than it saves. */
    static final int SINGLES = 5;

    private TileInputs() {}

    static void arrange(
            MemorySegment x, int tokens, int cols, int fromToken, int toToken, MemorySegment out) {
        if (tokens <= SINGLES) {
            long from = (long) fromToken * cols;
            long count = (long) (toToken - fromToken) * cols;
            MemorySegment.copy(
                    x, JAVA_FLOAT, from * Float.BYTES, out, JAVA_FLOAT, from * Float.BYTES, count);
            return;
        }
        for (int t = fromToken; t < toToken; t += TOKENS) {
            tile(x, tokens, cols, t, out);
        }
    }

    private static void tile(MemorySegment x, int tokens, int cols, int token, MemorySegment out) {
        for (int i = 0; i < TOKENS; i++) {
            long row = (long) Math.min(token + i, tokens - 1) * cols;
            long to = (long) token * cols + i;
            for (int c = 0; c < cols; c++) {
                out.setAtIndex(
                        JAVA_FLOAT, to + (long) c * TOKENS, x.getAtIndex(JAVA_FLOAT, row + c));
            }
        }
    }

    /**
     * Some stored columns of a token whose inputs come in another order.
     *
     * @param x f32[..] of the token from float row on
     * @param order int32, the input of each column
     * @param out f32[n] from byte to on, apart bytes from one to the next
     */
    static void gather(
            MemorySegment x,
            long row,
            MemorySegment order,
            int from,
            int n,
            MemorySegment out,
            long to,
            long apart) {
        for (int c = 0; c < n; c++) {
            int input = order.get(JAVA_INT, (from + c) * 4L);
            out.set(JAVA_FLOAT, to + c * apart, x.getAtIndex(JAVA_FLOAT, row + input));
        }
    }
}
