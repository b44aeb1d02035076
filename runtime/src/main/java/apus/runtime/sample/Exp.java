package apus.runtime.sample;

/**
 * e^x for x &lt;= 0 with a relative error below 1e-12: a table of 2^(j/64) and a short series (P.
 * T. P. Tang, "Table-driven implementation of the exponential function", 1989). {@link Math#exp}
 * may differ in the last bit between processors; this uses nothing but exactly defined operations.
 */
final class Exp {
    /** Below this the result is 0; it would be less than 1e-304. */
    private static final double LOWEST = -700;

    private static final int STEPS = 64;
    private static final double STEPS_PER_UNIT = STEPS / StrictMath.log(2);
    // ln 2 / 64 in two parts (fdlibm's ln2HI and ln2LO): the first has 32 bits, so its multiples up
    // to 2^21 are exact.
    private static final double STEP_HIGH = 0x1.62e42feep-1 / STEPS;
    private static final double STEP_LOW = 0x1.a39ef35793c76p-33 / STEPS;

    /** Adding it leaves a rounded integer in the low bits of the sum. */
    private static final double ROUND = 0x1.8p52;

    private static final long[] POWERS = new long[STEPS];

    static {
        for (int i = 0; i < STEPS; i++) {
            POWERS[i] = Double.doubleToRawLongBits(StrictMath.pow(2, (double) i / STEPS));
        }
    }

    private Exp() {}

    /** e^x; 0 for negative infinity, NaN for NaN. */
    static double of(double x) {
        if (x < LOWEST) {
            return 0;
        }
        double rounded = x * STEPS_PER_UNIT + ROUND;
        int n = (int) Double.doubleToRawLongBits(rounded);
        double steps = rounded - ROUND;
        double r = (x - steps * STEP_HIGH) - steps * STEP_LOW;
        // |r| <= ln 2 / 128, so the first term left out is below 4e-14.
        double series = 1 + (r + r * r * (0.5 + r * (1.0 / 6 + r * (1.0 / 24))));
        return Double.longBitsToDouble(POWERS[n & (STEPS - 1)] + ((long) (n >> 6) << 52)) * series;
    }
}
