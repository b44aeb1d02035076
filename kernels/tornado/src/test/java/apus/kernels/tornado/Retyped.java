package apus.kernels.tornado;

import apus.format.DType;
import apus.format.HalfFloats;
import apus.format.SafetensorsFile;
import apus.format.TensorInfo;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.StringJoiner;

/** A copy of a model of bfloat16 whose numbers have another type. */
final class Retyped {
    private static final ValueLayout.OfShort B16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private Retyped() {}

    /**
     * @param type F32 or F16
     */
    static void copy(Path model, DType type, Path into) throws IOException {
        Files.copy(model.resolve("config.json"), into.resolve("config.json"));
        try (Arena arena = Arena.ofConfined()) {
            SafetensorsFile file = SafetensorsFile.map(model.resolve("model.safetensors"), arena);
            StringJoiner header = new StringJoiner(",", "{", "}");
            long end = 0;
            for (TensorInfo tensor : file.tensors().values()) {
                long bytes = tensor.bytes() / 2 * type.bytes();
                header.add(
                        "\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
                                .formatted(tensor.name(), type, tensor.shape(), end, end + bytes));
                end += bytes;
            }
            byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
            ByteBuffer out =
                    ByteBuffer.allocate((int) (8 + json.length + end))
                            .order(ByteOrder.LITTLE_ENDIAN);
            out.putLong(json.length).put(json);
            for (TensorInfo tensor : file.tensors().values()) {
                MemorySegment data = file.data(tensor);
                for (long i = 0; i < data.byteSize(); i += 2) {
                    float value = HalfFloats.bf16(data.get(B16, i));
                    if (type == DType.F32) {
                        out.putFloat(value);
                    } else {
                        out.putShort(Float.floatToFloat16(value));
                    }
                }
            }
            Files.write(into.resolve("model.safetensors"), out.array());
        }
    }
}
