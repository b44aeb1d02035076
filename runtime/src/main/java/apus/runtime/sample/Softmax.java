package apus.runtime.sample;

/** Sums of exponentials over a row. All sums run over ascending ids, in double. */
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

    /** Sum of e^((z - max) * scale). */
    static double sum(float[] z, int n, double max, double scale) {
        double sum = 0;
        for (int i = 0; i < n; i++) {
            sum += Exp.of((z[i] - max) * scale);
        }
        return sum;
    }

    /** As {@link #sum}, keeping the terms. */
    static double weights(float[] z, int n, double max, double scale, double[] weights) {
        double sum = 0;
        for (int i = 0; i < n; i++) {
            double w = Exp.of((z[i] - max) * scale);
            weights[i] = w;
            sum += w;
        }
        return sum;
    }

    /** ln of the sum of e^(z * scale); NaN if a value is NaN or the largest is infinite. */
    static double logSumExp(float[] z, int n, double scale) {
        double max = max(z, n);
        return max * scale + StrictMath.log(sum(z, n, max, scale));
    }
}
