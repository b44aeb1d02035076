package apus.format;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/**
 * One safetensors file, mapped read-only: 8 bytes of header length (little-endian), a JSON header,
 * then the tensors' bytes without gaps. The header is checked whole before anything is mapped,
 * since a checkpoint is untrusted input; mapping touches no page.
 *
 * <p>The mapping belongs to the arena given to {@link #map}. Immutable and thread-safe.
 *
 * <p>Source: the format description in the README of huggingface/safetensors.
 */
public final class SafetensorsFile {
    private final Path path;
    private final Map<String, TensorInfo> tensors;
    private final Map<String, String> metadata;
    private final MemorySegment data;
    private final long bytes;
    private final String headerDigest;

    private SafetensorsFile(Path path, SafetensorsHeader header, MemorySegment data) {
        this.path = path;
        this.tensors = header.tensors();
        this.metadata = header.metadata();
        this.data = data;
        this.bytes = header.dataStart() + header.dataLength();
        this.headerDigest = header.digest();
    }

    /**
     * Checks the header and maps the data.
     *
     * @throws ModelFormatException naming the file and the tensor at fault
     */
    public static SafetensorsFile map(Path path, Arena arena) {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            SafetensorsHeader header = SafetensorsHeader.read(path, channel);
            MemorySegment data =
                    channel.map(
                            FileChannel.MapMode.READ_ONLY,
                            header.dataStart(),
                            header.dataLength(),
                            arena);
            return new SafetensorsFile(path, header, data);
        } catch (IOException e) {
            throw new ModelFormatException(path + ": cannot be read: " + e.getMessage(), e);
        }
    }

    public Path path() {
        return path;
    }

    /** In the order of the header. */
    public Map<String, TensorInfo> tensors() {
        return tensors;
    }

    /** The header's {@code __metadata__}; empty if there is none. */
    public Map<String, String> metadata() {
        return metadata;
    }

    /** Size of the whole file. */
    public long bytes() {
        return bytes;
    }

    /**
     * SHA-256 of the header, hex: names, types, shapes and places of all tensors, without a look at
     * their data.
     */
    public String headerDigest() {
        return headerDigest;
    }

    /**
     * The bytes of one of this file's tensors, mapped once more. For data that are read once and
     * turned into something else: when the arena closes, their pages count as this process's no
     * longer.
     *
     * @throws ModelFormatException if the file is not there any more, or has another size
     */
    public MemorySegment borrow(TensorInfo tensor, Arena arena) {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            if (channel.size() != bytes) {
                throw new ModelFormatException(
                        path + ": has changed while it was in use; load the model again");
            }
            long start = bytes - data.byteSize() + tensor.offset();
            return channel.map(FileChannel.MapMode.READ_ONLY, start, tensor.bytes(), arena);
        } catch (IOException e) {
            throw new ModelFormatException(path + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** The bytes of one of this file's tensors. */
    public MemorySegment data(TensorInfo tensor) {
        return data.asSlice(tensor.offset(), tensor.bytes());
    }
}
