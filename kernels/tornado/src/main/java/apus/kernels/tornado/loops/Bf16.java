package apus.kernels.tornado.loops;

import uk.ac.manchester.tornado.api.types.BFloat16;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * bfloat16 by arithmetic: no backend of TornadoVM turns the bits of an int into a float, but that
 * for CUDA has a function for this very purpose. A sign and an exponent choose one of 512 powers of
 * two, which times 1 + mantissa / 128 is the number, to the bit; below 2^-126 the 1 is missing.
 * Infinities and what is no number are not to be had.
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

    /**
     * The number that these bits stand for.
     *
     * @param shifted 1 on CUDA, where TornadoVM has a shift and a move for it; 0 by {@link
     *     #value(short, FloatArray)}
     */
    public static float value(short bits, FloatArray powers, int shifted) {
        float value;
        if (shifted != 0) {
            value = BFloat16.bf16ToFloat(bits);
        } else {
            value = value(bits, powers);
        }
        return value;
    }

    /** The same by the table. */
    public static float value(short bits, FloatArray powers) {
        int high = (bits >> 7) & 511;
        int mantissa = bits & 127;
        float one = (high & 255) == 0 ? 0f : 1f;
        return powers.get(high) * (one + mantissa * 0.0078125f);
    }
}
