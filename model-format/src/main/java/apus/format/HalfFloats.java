package apus.format;

/** The two 16-bit float types, widened exactly. */
public final class HalfFloats {
    private HalfFloats() {}

    /** bfloat16: the upper half of an IEEE single. */
    public static float bf16(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    /** IEEE half precision, subnormals, infinities and NaN included. */
    public static float f16(short bits) {
        return Float.float16ToFloat(bits);
    }
}
