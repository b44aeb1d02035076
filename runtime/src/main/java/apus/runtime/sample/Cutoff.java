package apus.runtime.sample;

import java.util.Arrays;

/**
 * Finds how far down the largest values of a row are kept, without sorting it: three rounds of
 * counting over the bits of the values, so the time is linear whatever the values are.
 */
final class Cutoff {
    private static final int[] SHIFTS = {21, 10, 0};
    private static final int[] MASKS = {0x7FF, 0x7FF, 0x3FF};

    private final int[] counts = new int[0x800];
    private final double[] masses = new double[0x800];
    private double above;

    /**
     * The k-th largest value, equal ones counted each.
     *
     * @param k 1 to n
     */
    float largest(float[] z, int n, int k) {
        int prefix = 0;
        int known = 0;
        int left = k;
        for (int round = 0; round < SHIFTS.length; round++) {
            int shift = SHIFTS[round];
            int mask = MASKS[round];
            Arrays.fill(counts, 0);
            for (int i = 0; i < n; i++) {
                int key = key(z[i]);
                if ((key & known) == prefix) {
                    counts[(key >>> shift) & mask]++;
                }
            }
            int bin = mask;
            while (counts[bin] < left) {
                left -= counts[bin--];
            }
            prefix |= bin << shift;
            known |= mask << shift;
        }
        return value(prefix);
    }

    /**
     * The largest value t for which the weights of all values from t on reach the target; the
     * smallest value with a weight if even all of them do not. {@link #above} then tells the weight
     * of the values beyond t.
     *
     * @param z values by id
     * @param ids which of them take part, [n]
     * @param weights of each of these, [n]; larger values have larger weights, at least one is
     *     positive
     */
    float reaching(float[] z, int[] ids, float[] weights, int n, double target) {
        int prefix = 0;
        int known = 0;
        above = 0;
        for (int round = 0; round < SHIFTS.length; round++) {
            int shift = SHIFTS[round];
            int mask = MASKS[round];
            Arrays.fill(masses, 0);
            for (int i = 0; i < n; i++) {
                int key = key(z[ids[i]]);
                if ((key & known) == prefix) {
                    masses[(key >>> shift) & mask] += weights[i];
                }
            }
            int bin = descend(mask, target);
            prefix |= bin << shift;
            known |= mask << shift;
        }
        return value(prefix);
    }

    /** Weight of the values larger than the one found last. */
    double above() {
        return above;
    }

    /** The bin in which the target is reached; adds the ones before it to {@link #above}. */
    private int descend(int top, double target) {
        int lowest = -1;
        double before = above;
        for (int bin = top; bin >= 0; bin--) {
            if (masses[bin] > 0) {
                lowest = bin;
                above = before;
                before += masses[bin];
                if (before >= target) {
                    break;
                }
            }
        }
        return lowest;
    }

    /** Bits in an order in which larger values are larger unsigned integers; -0 counts as 0. */
    private static int key(float value) {
        int bits = Float.floatToRawIntBits(value + 0.0f);
        return bits ^ ((bits >> 31) | 0x8000_0000);
    }

    private static float value(int key) {
        return Float.intBitsToFloat(key ^ ((~key >> 31) | 0x8000_0000));
    }
}
