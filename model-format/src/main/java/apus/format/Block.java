package apus.format;

/**
 * Four bits per weight in blocks of neighbouring columns, with a 16-bit scale and a zero point per
 * block: w[r][p] = scales[r][p / size] * (q[r][p] - zeros[r][p / size]). Column p is the low half
 * of byte p / 2 if p is even, the high half if odd. {@code zeros} are bytes. What GPTQ and AWQ
 * files are turned into at load.
 *
 * @param size columns of a block, even
 * @param scaleType {@link DType#F16} or {@link DType#BF16}
 * @param ordered whether the columns are not in the order of the inputs: column p belongs to input
 *     order[p], int32 (GPTQ's "act order", which sorts inputs into blocks by importance)
 */
public record Block(int size, DType scaleType, boolean ordered) implements Format {
    public Block {
        if (size < 2 || size % 2 != 0) {
            throw new IllegalArgumentException("blocks of " + size);
        }
        if (scaleType != DType.F16 && scaleType != DType.BF16) {
            throw new UnsupportedModelException(
                    "scales stored as " + scaleType + " are not supported; F16 and BF16 are");
        }
    }
}
