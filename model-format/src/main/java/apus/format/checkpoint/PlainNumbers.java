package apus.format.checkpoint;

import apus.format.DType;
import apus.format.HalfFloats;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Single numbers of mapped tensors, which may begin at any byte. */
final class PlainNumbers {
    static final ValueLayout.OfInt I32 =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfShort I16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat F32 =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private PlainNumbers() {}

    static float at(MemorySegment data, DType type, long i) {
        return switch (type) {
            case F32 -> data.get(F32, i * 4);
            case F16 -> HalfFloats.f16(data.get(I16, i * 2));
            case BF16 -> HalfFloats.bf16(data.get(I16, i * 2));
            case BOOL, U8, I8, F8_E4M3, F8_E5M2, I16, U16, I32, U32, I64, U64, F64 ->
                    throw new IllegalArgumentException("not a float type: " + type);
        };
    }
}
