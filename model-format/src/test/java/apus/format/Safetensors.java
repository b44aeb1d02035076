package apus.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes safetensors files, sound or not. */
public final class Safetensors {
    private Safetensors() {}

    /** Header length, header, and so many bytes of data. */
    public static Path write(Path file, long headerLength, byte[] header, int dataBytes)
            throws IOException {
        ByteBuffer bytes =
                ByteBuffer.allocate(Long.BYTES + header.length + dataBytes)
                        .order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(headerLength).put(header);
        Files.write(file, bytes.array());
        return file;
    }

    /** A header with its true length. */
    public static Path write(Path file, String header, int dataBytes) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        return write(file, json.length, json, dataBytes);
    }
}
