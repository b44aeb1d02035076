package apus.kernels;

import apus.format.HalfFloats;
import apus.format.Tiled.Code;
import java.util.Arrays;

/**
 * Turns blocks of numbers into small integers with a common bfloat16 scale, w = scale * number.
 *
 * <p>8 bits: scale = max |w| / 127 rounded up, so that none is cut off, and the nearest number: an
 * error of at most half a scale (block-wise quantisation by the absolute maximum, Dettmers et al.
 * 2021, arXiv 2110.02861, with evenly spaced numbers).
 *
 * <p>4 bits: numbers are few, so it pays to look for the scale. From each of several guesses g near
 * m / -8, where m is the w of largest magnitude, come the nearest numbers q = round(w / g) between
 * -8 and 7, and for these numbers the scale of least squares is sum(w q) / sum(q q), with an error
 * of sum(w w) - sum(w q)^2 / sum(q q). The best guess is taken.
 *
 * <p>bfloat16, not IEEE half: the range of half ends at 6e-8, above what quiet blocks need. Not
 * thread-safe.
 */
public final class BlockQuantizer {
    /** Guesses of m / g; -8 is the plain one, which cuts nothing off. */
    private static final float[] GUESSES = {-8, -7.6f, -7.2f, -8.5f, -9, -6.8f, -9.5f};

    private final byte[] numbers;
    private final byte[] tried;
    private float scale;
    private double squares;
    private double error;

    /**
     * @param most columns of the longest block
     */
    public BlockQuantizer(int most) {
        numbers = new byte[most];
        tried = new byte[most];
    }

    /** The numbers of the last block. */
    public byte[] numbers() {
        return numbers;
    }

    /** The scale of the last block; a bfloat16. */
    public float scale() {
        return scale;
    }

    /** Sum of w^2 over all blocks so far. */
    public double squares() {
        return squares;
    }

    /** Sum of (w - scale * number)^2 over all blocks so far. */
    public double error() {
        return error;
    }

    /**
     * Quantises w[0..n).
     *
     * @return whether all are finite; if not, nothing is made of them
     */
    public boolean quantize(Code code, float[] w, int n) {
        float low = 0;
        float high = 0;
        float sum = 0;
        for (int i = 0; i < n; i++) {
            low = Math.min(low, w[i]);
            high = Math.max(high, w[i]);
            sum += w[i] * 0; // NaN if any is infinite or no number
        }
        if (sum != 0) {
            return false;
        }
        if (low == 0 && high == 0) {
            scale = 0;
            Arrays.fill(numbers, 0, n, (byte) 0);
            return true;
        }
        switch (code) {
            case INT8 -> eight(w, n, Math.max(-low, high));
            case INT4 -> four(w, n, -low > high ? low : high);
            case E4M3, E2M1 -> throw new IllegalArgumentException("no integers: " + code);
        }
        float lost = 0;
        float all = 0;
        for (int i = 0; i < n; i++) {
            float d = w[i] - scale * numbers[i];
            lost += d * d;
            all += w[i] * w[i];
        }
        error += lost;
        squares += all;
        return true;
    }

    private void eight(float[] w, int n, float most) {
        scale = up(most / 127);
        float inverse = 1 / scale;
        if (Float.isInfinite(inverse)) {
            // Too small to be divided by: such a block is nothing beside any other.
            scale = 0;
            Arrays.fill(numbers, 0, n, (byte) 0);
            return;
        }
        for (int i = 0; i < n; i++) {
            numbers[i] = (byte) nearest(w[i] * inverse);
        }
    }

    private void four(float[] w, int n, float extreme) {
        float best = -1;
        scale = 0;
        Arrays.fill(numbers, 0, n, (byte) 0);
        for (float guess : GUESSES) {
            float inverse = guess / extreme;
            if (Float.isInfinite(inverse)) {
                return;
            }
            float wq = 0;
            int qq = 0;
            for (int i = 0; i < n; i++) {
                int q = Math.min(7, Math.max(-8, nearest(w[i] * inverse)));
                tried[i] = (byte) q;
                wq += w[i] * q;
                qq += q * q;
            }
            float gain = wq / qq * wq;
            if (gain > best) {
                best = gain;
                scale = HalfFloats.bf16(nearestBf16(wq / qq));
                System.arraycopy(tried, 0, numbers, 0, n);
            }
        }
    }

    /**
     * Adding and taking away 1.5 * 2^23 leaves no bits below 1: rounds to nearest, ties to even.
     */
    private static int nearest(float x) {
        return (int) (x + 12582912f - 12582912f);
    }

    /** The bfloat16 nearest to x, ties to even; x is finite. */
    static short nearestBf16(float x) {
        int bits = Float.floatToRawIntBits(x);
        return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
    }

    /** The smallest bfloat16 that is not below x; x is positive. */
    private static float up(float x) {
        return HalfFloats.bf16((short) ((Float.floatToRawIntBits(x) + 0xffff) >>> 16));
    }
}
