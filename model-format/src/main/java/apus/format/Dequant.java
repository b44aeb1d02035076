package apus.format;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Any weight, one number at a time, as f32: slow and obvious, the oracle for every kernel. */
public final class Dequant {
    // Tensors stand one after another in a file, so a tensor may begin at any byte.
    private static final ValueLayout.OfFloat F32 =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort B16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private Dequant() {}

    /** out[c] = w[row][c]. */
    public static void row(Weight w, int row, float[] out) {
        for (int c = 0; c < w.cols(); c++) {
            out[c] = at(w, (long) row * w.cols() + c);
        }
    }

    private static float at(Weight w, long i) {
        return switch (w.format()) {
            case Plain(DType type) -> plain(w.data(), type, i);
        };
    }

    private static float plain(MemorySegment data, DType type, long i) {
        return switch (type) {
            case F32 -> data.get(F32, i * Float.BYTES);
            case F16 -> HalfFloats.f16(data.get(B16, i * Short.BYTES));
            case BF16 -> HalfFloats.bf16(data.get(B16, i * Short.BYTES));
            case BOOL, U8, I8, F8_E4M3, F8_E5M2, I16, U16, I32, U32, I64, U64, F64 ->
                    throw new IllegalArgumentException("not a plain weight type: " + type);
        };
    }
}
