package apus.conformance;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A safetensors file that a test makes. Tensors without content are zeros that no disk space is
 * spent on, where the file system can leave holes: a file may be as large as those of real models.
 */
public final class TensorFile {
    private final List<Entry> entries = new ArrayList<>();
    private long bytes;

    private record Entry(String name, String type, long[] shape, long from, long to, byte[] data) {
        String json() {
            return "\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
                    .formatted(name, type, Arrays.toString(shape), from, to);
        }
    }

    /** Bytes of all tensors so far. */
    public long bytes() {
        return bytes;
    }

    /** Names of all tensors so far. */
    public List<String> names() {
        return entries.stream().map(Entry::name).toList();
    }

    /**
     * A tensor.
     *
     * @param type as the header spells it, {@code BF16}
     * @param data little-endian numbers, as many as the shape says
     */
    public TensorFile add(String name, String type, byte[] data, long... shape) {
        entries.add(new Entry(name, type, shape, bytes, bytes + data.length, data));
        bytes += data.length;
        return this;
    }

    /** A tensor of zeros. */
    public TensorFile zeros(String name, String type, long... shape) {
        long size = size(type, shape);
        entries.add(new Entry(name, type, shape, bytes, bytes + size, new byte[0]));
        bytes += size;
        return this;
    }

    /** Bytes of a tensor of a type of whole bytes. */
    public static long size(String type, long... shape) {
        int one =
                switch (type) {
                    case "U8", "F8_E4M3" -> 1;
                    case "F16", "BF16" -> 2;
                    case "I32", "F32" -> 4;
                    default -> throw new IllegalArgumentException(type);
                };
        return Arrays.stream(shape).reduce(one, Math::multiplyExact);
    }

    /** Writes the file. */
    public void write(Path path) throws IOException {
        byte[] header =
                entries.stream()
                        .map(Entry::json)
                        .collect(Collectors.joining(",", "{", "}"))
                        .getBytes(StandardCharsets.UTF_8);
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.write(
                    ByteBuffer.allocate(Long.BYTES)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .putLong(header.length)
                            .array());
            file.write(header);
            long start = (long) Long.BYTES + header.length;
            file.setLength(start + bytes);
            for (Entry entry : entries) {
                file.seek(start + entry.from());
                file.write(entry.data());
            }
        }
    }
}
