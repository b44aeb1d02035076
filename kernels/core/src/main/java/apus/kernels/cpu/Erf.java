package apus.kernels.cpu;

/** The error function, for the exact GELU. */
final class Erf {
    private Erf() {}

    /**
     * erf(x), to within 1e-13: its Taylor series near 0, the continued fraction of erfc beyond.
     * Abramowitz and Stegun 7.1.5 and 7.1.14.
     */
    static double of(double x) {
        double a = Math.abs(x);
        if (a < 2.5) {
            double term = x;
            double sum = x;
            for (int n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
                term *= -x * x / n;
                sum += term / (2 * n + 1);
            }
            return 2 / Math.sqrt(Math.PI) * sum;
        }
        if (a > 6) {
            return Math.signum(x);
        }
        double fraction = 0;
        for (int n = 60; n >= 1; n--) {
            fraction = n / 2.0 / (a + fraction);
        }
        double complement = Math.exp(-a * a) / Math.sqrt(Math.PI) / (a + fraction);
        return Math.signum(x) * (1 - complement);
    }
}
