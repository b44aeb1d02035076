package apus.kernels.cpu.tile;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import apus.format.QuadTiled;
import java.lang.foreign.MemorySegment;

/**
 * Inputs of products with bytes: each block of 32 columns of a token as whole numbers of a common
 * scale, and those as signed digits of base 256, the highest first. Three digits hold 23 bits of
 * the largest number of the block, and as many places of the others, which is float32 but for
 * numbers much smaller than their neighbours; two hold 15.
 *
 * <pre>x[c] = scale * (digit[0][c] * 256^(n-1) + ... + digit[n-1][c])</pre>
 *
 * <p>Tokens stand in groups of 16, the last with as many as are left, bytes {@code [cols /
 * 32][tokens][digits][32]}; behind all of them the scales, float32 {@code [tokens][cols / 32]}.
 *
 * <p>A block whose numbers are all below 2^-100 counts as zeros. One with a number that is not
 * finite has NaN for a scale.
 */
final class QuadInputs {
    /** Tokens of a group. */
    static final int GROUP = TileShapes.ROWS;

    private static final int BLOCK = QuadTiled.BLOCK;
    private static final float SMALLEST = 0x1p-100f;

    private QuadInputs() {}

    /** Floats that an input takes. */
    static long floats(int digits, int tokens, int cols) {
        long blocks = Math.ceilDiv(cols, BLOCK);
        return tokens * blocks * (digits * BLOCK / Float.BYTES + 1);
    }

    /** Byte at which a group's digits begin. */
    static long digitsAt(int digits, int token, int cols) {
        return (long) token * cols * digits;
    }

    /** Float at which a token's scales begin. */
    static long scalesAt(int digits, int tokens, int token, int cols) {
        return digitsAt(digits, tokens, cols) / Float.BYTES + (long) token * (cols / BLOCK);
    }

    static void arrange(
            int digits,
            MemorySegment x,
            int tokens,
            int cols,
            int fromToken,
            int toToken,
            MemorySegment out) {
        for (int t = fromToken; t < toToken; t++) {
            int first = t / GROUP * GROUP;
            int group = Math.min(GROUP, tokens - first);
            long at = digitsAt(digits, first, cols) + (long) (t - first) * digits * BLOCK;
            long scale = scalesAt(digits, tokens, t, cols);
            for (int b = 0; b < cols / BLOCK; b++) {
                long from = (long) t * cols + (long) b * BLOCK;
                long to = at + (long) b * group * digits * BLOCK;
                out.setAtIndex(JAVA_FLOAT, scale + b, block(digits, x, from, out, to));
            }
        }
    }

    /** One block; its scale. */
    private static float block(int digits, MemorySegment x, long from, MemorySegment out, long to) {
        float largest = 0;
        for (int i = 0; i < BLOCK; i++) {
            largest = Math.max(largest, Math.abs(x.getAtIndex(JAVA_FLOAT, from + i)));
        }
        boolean finite = largest <= Float.MAX_VALUE; // not so for NaN, which Math.max hands on
        if (!finite || largest < SMALLEST) {
            for (int i = 0; i < digits * BLOCK; i++) {
                out.set(JAVA_BYTE, to + i, (byte) 0);
            }
            return finite ? 0 : Float.NaN;
        }
        // Whole numbers up to 2^(8 digits - 2): the highest digit stays below 65.
        int up = 8 * digits - 3 - Math.getExponent(largest);
        for (int i = 0; i < BLOCK; i++) {
            double scaled = Math.scalb((double) x.getAtIndex(JAVA_FLOAT, from + i), up);
            int number = (int) Math.rint(scaled);
            for (int d = digits - 1; d >= 0; d--) {
                byte digit = (byte) number;
                out.set(JAVA_BYTE, to + (long) d * BLOCK + i, digit);
                number = (number - digit) >> 8;
            }
        }
        return Math.scalb(1f, -up);
    }
}
