package apus.runtime.sample;

/**
 * Weights of a row's values, e^((z - max) * scale), and their sum, in double over ascending ids.
 * Separate loops, since the compiler makes vector code of each but not of all in one.
 */
final class Softmax {
    private Softmax() {}

    /** The largest value; NaN if there is one. */
    static float max(float[] z, int n) {
        float max = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < n; i++) {
            max = Math.max(max, z[i]);
        }
        return max;
    }

    /**
     * @param z f32[n]
     * @param weights f32[n], overwritten
     */
    static void weigh(float[] z, int n, float max, float scale, float[] weights) {
        for (int i = 0; i < n; i++) {
            weights[i] = Exp.of((z[i] - max) * scale);
        }
    }

    static double sum(float[] weights, int n) {
        double sum = 0;
        for (int i = 0; i < n; i++) {
            sum += weights[i];
        }
        return sum;
    }

    /**
     * ln of the sum of e^(z * scale); NaN if a value is NaN or the largest is infinite.
     *
     * @param weights receives the weights
     */
    static double logSumExp(float[] z, int n, float scale, float[] weights) {
        float max = max(z, n);
        weigh(z, n, max, scale, weights);
        return (double) max * scale + StrictMath.log(sum(weights, n));
    }
}
