package apus.format;

/** Floats of eight and four bits, widened exactly. */
public final class SmallFloats {
    private static final float[] E4M3 = new float[256];
    private static final float[] E2M1 = {0, 0.5f, 1, 1.5f, 2, 3, 4, 6};
    private static final float[] POWERS = new float[256];

    static {
        for (int bits = 0; bits < 256; bits++) {
            int exponent = (bits >> 3) & 15;
            int mantissa = bits & 7;
            float magnitude =
                    exponent == 0
                            ? Math.scalb((float) mantissa, -9)
                            : Math.scalb(8f + mantissa, exponent - 10);
            if ((bits & 0x7F) == 0x7F) {
                magnitude = Float.NaN;
            }
            E4M3[bits] = (bits & 0x80) == 0 ? magnitude : -magnitude;
            // 255 is the format's NaN.
            POWERS[bits] = bits == 255 ? Float.NaN : Math.scalb(1f, bits - 127);
        }
    }

    private SmallFloats() {}

    /** 4 bits of exponent, bias 7, 3 of mantissa; no infinities, largest 448. */
    public static float e4m3(byte bits) {
        return E4M3[bits & 0xFF];
    }

    /** The lower four bits: sign, 2 bits of exponent, 1 of mantissa; 0, 0.5, 1, 1.5, 2, 3, 4, 6. */
    public static float e2m1(int bits) {
        float magnitude = E2M1[bits & 7];
        return (bits & 8) == 0 ? magnitude : -magnitude;
    }

    /** 2^(bits - 127). */
    public static float e8m0(byte bits) {
        return POWERS[bits & 0xFF];
    }
}
