package apus.format;

/**
 * One little-endian number per weight, row-major, as mapped from the file.
 *
 * @param type {@link DType#F32}, {@link DType#F16} or {@link DType#BF16}
 */
public record Plain(DType type) implements Format {
    public Plain {
        switch (type) {
            case F32, F16, BF16 -> {}
            case BOOL, U8, I8, F8_E4M3, F8_E5M2, I16, U16, I32, U32, I64, U64, F64 ->
                    throw new UnsupportedModelException(
                            "weights stored as "
                                    + type
                                    + " are not supported; F32, F16 and BF16 are");
        }
    }
}
