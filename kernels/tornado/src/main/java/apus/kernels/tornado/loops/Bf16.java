package apus.kernels.tornado.loops;

import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * bfloat16 by arithmetic: no backend of TornadoVM turns the bits of an int into a float. A sign and
 * an exponent choose one of 512 powers of two, which times 1 + mantissa / 128 is the number, to the
 * bit; below 2^-126 the 1 is missing. Infinities and what is no number are not to be had.
 */
public final class Bf16 {
    private static final int POWERS = 512;

    private Bf16() {}

    /** The table that {@link #value} looks in. */
    public static FloatArray powers() {
        FloatArray powers = new FloatArray(POWERS);
        for (int i = 0; i < POWERS / 2; i++) {
            float power = Math.scalb(1f, Math.max(i, 1) - 127);
            powers.set(i, power);
            powers.set(POWERS / 2 + i, -power);
        }
        return powers;
    }

    /** The number that these bits stand for. */
    public static float value(short bits, FloatArray powers) {
        int high = (bits >> 7) & 511;
        int mantissa = bits & 127;
        float one = (high & 255) == 0 ? 0f : 1f;
        return powers.get(high) * (one + mantissa * 0.0078125f);
    }
}
