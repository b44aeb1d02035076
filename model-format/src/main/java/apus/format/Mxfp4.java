package apus.format;

/**
 * Four bits per weight, E2M1, in blocks of 32 columns with a power of two each: w[r][c] = {@link
 * SmallFloats#e2m1} (nibble c) * 2^(scales[r][c / 32] - 127). Column c is the low half of byte c /
 * 2 if c is even, the high half if odd. Open Compute Project, Microscaling Formats 1.0.
 */
public record Mxfp4() implements Format {
    /** Columns of a block. */
    public static final int SIZE = 32;
}
