package apus.runtime;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * Logits of a backend beside those of the CPU's kernels, after each token of one short prompt.
 * Wrong kernels, drivers and flags give logits that have nothing to do with the right ones, while
 * sums in another order or inputs in 16 bits move them a little.
 *
 * @param backend that was checked, {@code tornado}
 * @param device it computed on, for people
 * @param reference kernels it was compared with, for people
 * @param rows tokens after which logits were compared
 * @param error relative error, the worst of all rows: root of sum (found - right)^2 / sum (right -
 *     mean)^2 over the vocabulary; infinite if a logit is not a number
 * @param largest largest difference of one logit
 * @param agreeing rows whose likeliest token is the same
 * @param allowed largest error that passes
 * @param took opening the reference included
 */
public record SelfCheck(
        String backend,
        String device,
        String reference,
        int rows,
        double error,
        double largest,
        int agreeing,
        double allowed,
        Duration took) {

    /**
     * Where the inputs of products may be rounded to bfloat16, as devices do: 2^-9 each, over the
     * hundred or more products that an activation passes one after the other, is 0.02 at the worst.
     * A wrong kernel gives about 1.
     */
    static final double ROUNDED_TOLERANCE = 0.05;

    /** For kernels in float32, which differ by the order of their sums. */
    static final double EXACT_TOLERANCE = 1e-3;

    /** Whether the backend may serve. */
    public boolean passed() {
        return error <= allowed;
    }

    /** The figures in one sentence. */
    public String text() {
        return String.format(
                Locale.ROOT,
                "logits after %d tokens differ from those of %s by %.2g relative (allowed %.2g), at"
                        + " most %.2g; the likeliest token is the same after %d; took %.1f s",
                rows,
                reference,
                error,
                allowed,
                largest,
                agreeing,
                took.toMillis() / 1000.0);
    }

    /** Two runs of one probe, row by row. */
    static SelfCheck of(
            String backend,
            String device,
            List<float[]> found,
            String reference,
            List<float[]> right,
            double allowed,
            Duration took) {
        double error = 0;
        double largest = 0;
        int agreeing = 0;
        for (int i = 0; i < right.size(); i++) {
            error = Math.max(error, error(found.get(i), right.get(i)));
            largest = Math.max(largest, largest(found.get(i), right.get(i)));
            if (likeliest(found.get(i)) == likeliest(right.get(i))) {
                agreeing++;
            }
        }
        return new SelfCheck(
                backend, device, reference, right.size(), error, largest, agreeing, allowed, took);
    }

    private static double error(float[] found, float[] right) {
        double mean = 0;
        for (float r : right) {
            mean += r;
        }
        mean /= right.length;
        double wrong = 0;
        double spread = 0;
        for (int i = 0; i < right.length; i++) {
            double d = (double) found[i] - right[i];
            wrong += d * d;
            spread += (right[i] - mean) * (right[i] - mean);
        }
        double error = wrong == 0 ? 0 : Math.sqrt(wrong / spread);
        return Double.isNaN(error) ? Double.POSITIVE_INFINITY : error;
    }

    private static double largest(float[] found, float[] right) {
        double largest = 0;
        for (int i = 0; i < right.length; i++) {
            double d = Math.abs((double) found[i] - right[i]);
            largest = Math.max(largest, Double.isNaN(d) ? Double.POSITIVE_INFINITY : d);
        }
        return largest;
    }

    private static int likeliest(float[] logits) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            if (logits[i] > logits[best]) {
                best = i;
            }
        }
        return best;
    }
}
