package apus.kernels.cpu.tile;

import apus.format.HalfFloats;

/**
 * Splits a float32 into bfloat16 parts that add up to it. A bfloat16 holds 8 bits of a number: each
 * part takes the nearest one and leaves a rest of at most 16, 8 and 0 bits, exactly, where the rest
 * does not fall below the smallest normal number (tiles take that for zero).
 */
final class Parts {
    private static final int EXPONENT = 0x7F800000;

    private Parts() {}

    /** The nearest bfloat16, ties to even; the next towards zero where that would be infinite. */
    static short first(float x) {
        int bits = Float.floatToRawIntBits(x);
        if ((bits & EXPONENT) == EXPONENT) {
            // A NaN must not lose the bits that make it one.
            return (short) (Float.isNaN(x) ? bits >>> 16 | 0x40 : bits >>> 16);
        }
        int rounded = bits + 0x7FFF + (bits >>> 16 & 1);
        return (short) ((rounded & EXPONENT) == EXPONENT ? bits >>> 16 : rounded >>> 16);
    }

    /** What is left of x without its first part: none of what is not finite. */
    static float rest(float x, short first) {
        float rest = x - HalfFloats.bf16(first);
        return Float.isFinite(rest) ? rest : 0;
    }
}
