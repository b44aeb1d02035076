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
public final class QuadInputs {
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
            DigitWriter writer,
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
            long stride = (long) group * digits * BLOCK;
            long scales = scalesAt(digits, tokens, t, cols);
            writer.write(digits, cols / BLOCK, x, (long) t * cols, out, at, stride, scales);
        }
    }

    /** The plain {@link DigitWriter#write}. */
    public static void write(
            int digits,
            int blocks,
            MemorySegment x,
            long from,
            MemorySegment out,
            long at,
            long stride,
            long scales) {
        for (int b = 0; b < blocks; b++) {
            float scale = block(digits, x, from + (long) b * BLOCK, out, at + b * stride);
            out.setAtIndex(JAVA_FLOAT, scales + b, scale);
        }
    }

    /** Whether a block whose largest number has this magnitude has digits. */
    public static boolean isOrdinary(float largest) {
        return largest >= SMALLEST && largest <= Float.MAX_VALUE;
    }

    /** By how many places numbers are shifted up: to 2^(8 digits - 2), the highest digit to 65. */
    public static int up(int digits, float largest) {
        return 8 * digits - 3 - Math.getExponent(largest);
    }

    /**
     * A block that is not ordinary.
     *
     * @return its scale: 0, or NaN if a number is not finite
     */
    public static float zeros(int digits, float largest, MemorySegment out, long to) {
        for (int i = 0; i < digits * BLOCK; i++) {
            out.set(JAVA_BYTE, to + i, (byte) 0);
        }
        return largest < SMALLEST ? 0 : Float.NaN;
    }

    /** One block; its scale. */
    private static float block(int digits, MemorySegment x, long from, MemorySegment out, long to) {
        float largest = 0;
        for (int i = 0; i < BLOCK; i++) {
            // NaN, if there is one.
            largest = Math.max(largest, Math.abs(x.getAtIndex(JAVA_FLOAT, from + i)));
        }
        if (!isOrdinary(largest)) {
            return zeros(digits, largest, out, to);
        }
        int up = up(digits, largest);
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
