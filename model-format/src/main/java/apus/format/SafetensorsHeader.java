package apus.format;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The header of a safetensors file, read and checked without mapping the file.
 *
 * @param path the file, for messages
 * @param tensors by name, in the header's order
 * @param metadata the header's {@code __metadata__}
 * @param dataStart bytes before the data part
 * @param dataLength bytes of the data part, all of them belonging to a tensor
 * @param digest SHA-256 of the JSON, hex
 */
record SafetensorsHeader(
        Path path,
        Map<String, TensorInfo> tensors,
        Map<String, String> metadata,
        long dataStart,
        long dataLength,
        String digest) {
    /** The reference implementation's own limit. */
    static final long MAX_BYTES = 100_000_000;

    private static final int MAX_RANK = 16;
    private static final int MAX_TENSORS = 1 << 18;

    /** Reads the head of the file only. */
    static SafetensorsHeader read(Path path, FileChannel channel) throws IOException {
        long fileLength = channel.size();
        if (fileLength < Long.BYTES) {
            throw new ModelFormatException(
                    path + ": " + fileLength + " bytes are too few for a safetensors file");
        }
        long length = fill(path, channel, 0, Long.BYTES).getLong();
        long room = fileLength - Long.BYTES;
        if (length < 2 || length > Math.min(room, MAX_BYTES)) {
            throw new ModelFormatException(
                    path
                            + ": header length "
                            + Long.toUnsignedString(length)
                            + " is outside 2.."
                            + Math.min(room, MAX_BYTES)
                            + ": not a safetensors file, or a truncated one");
        }
        byte[] json = fill(path, channel, Long.BYTES, (int) length).array();
        return parse(path, json, room - length);
    }

    private static ByteBuffer fill(Path path, FileChannel channel, long position, int length)
            throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, position + buffer.position()) < 0) {
                throw new ModelFormatException(
                        path
                                + ": ends at byte "
                                + (position + buffer.position())
                                + ", within its header");
            }
        }
        return buffer.flip();
    }

    /**
     * Checks a header.
     *
     * @param dataLength bytes that follow it in the file
     */
    static SafetensorsHeader parse(Path path, byte[] json, long dataLength) {
        Map<String, TensorInfo> tensors = new LinkedHashMap<>();
        Map<String, String> metadata = new LinkedHashMap<>();
        try (JsonParser in = Json.parser(json)) {
            expect(path, "the header", in.nextToken(), JsonToken.START_OBJECT);
            while (in.nextToken() == JsonToken.FIELD_NAME) {
                String name = in.currentName();
                in.nextToken();
                if (name.equals("__metadata__")) {
                    metadata(path, in, metadata);
                } else {
                    tensors.put(name, tensor(path, name, in));
                    if (tensors.size() > MAX_TENSORS) {
                        throw new ModelFormatException(
                                path + ": more than " + MAX_TENSORS + " tensors in one file");
                    }
                }
            }
            if (in.nextToken() != null) {
                throw new ModelFormatException(
                        path + ": something follows the header's JSON object");
            }
        } catch (IOException e) {
            throw new ModelFormatException(path + ": the header is not JSON: " + Json.reason(e), e);
        }
        checkCoverage(path, tensors.values().stream().toList(), dataLength);
        return new SafetensorsHeader(
                path,
                Collections.unmodifiableMap(tensors),
                Collections.unmodifiableMap(metadata),
                Long.BYTES + json.length,
                dataLength,
                Digest.sha256().bytes(json).hex());
    }

    private static void metadata(Path path, JsonParser in, Map<String, String> metadata)
            throws IOException {
        expect(path, "__metadata__", in.currentToken(), JsonToken.START_OBJECT);
        while (in.nextToken() == JsonToken.FIELD_NAME) {
            String key = in.currentName();
            expect(
                    path,
                    "__metadata__." + Json.shorten(key),
                    in.nextToken(),
                    JsonToken.VALUE_STRING);
            metadata.put(key, in.getText());
        }
    }

    private static TensorInfo tensor(Path path, String name, JsonParser in) throws IOException {
        String subject = Json.shorten(name);
        expect(path, subject, in.currentToken(), JsonToken.START_OBJECT);
        DType dtype = null;
        List<Long> shape = null;
        List<Long> offsets = null;
        while (in.nextToken() == JsonToken.FIELD_NAME) {
            String key = in.currentName();
            in.nextToken();
            switch (key) {
                case "dtype" -> dtype = dtype(path, subject, in);
                case "shape" -> shape = longs(path, subject + ".shape", in, MAX_RANK);
                case "data_offsets" -> offsets = longs(path, subject + ".data_offsets", in, 2);
                default ->
                        throw new ModelFormatException(
                                path
                                        + ": "
                                        + subject
                                        + " has the unknown key '"
                                        + Json.shorten(key)
                                        + "'; dtype, shape and data_offsets are known");
            }
        }
        if (dtype == null || shape == null || offsets == null || offsets.size() != 2) {
            throw new ModelFormatException(
                    path + ": " + subject + " needs dtype, shape and two data_offsets");
        }
        long bytes = dtype.bytes();
        for (long dimension : shape) {
            try {
                bytes = Math.multiplyExact(bytes, dimension);
            } catch (ArithmeticException e) {
                throw new ModelFormatException(
                        path + ": " + subject + " has the impossible shape " + shape, e);
            }
        }
        long from = offsets.get(0);
        long to = offsets.get(1);
        if (to - from != bytes) {
            throw new ModelFormatException(
                    path
                            + ": "
                            + subject
                            + " is "
                            + dtype
                            + shape
                            + ", "
                            + bytes
                            + " bytes, but its data_offsets ["
                            + from
                            + ", "
                            + to
                            + "] hold "
                            + (to - from));
        }
        return new TensorInfo(name, dtype, shape, from, bytes);
    }

    private static DType dtype(Path path, String subject, JsonParser in) throws IOException {
        expect(path, subject + ".dtype", in.currentToken(), JsonToken.VALUE_STRING);
        String name = in.getText();
        for (DType dtype : DType.values()) {
            if (dtype.name().equals(name)) {
                return dtype;
            }
        }
        throw new ModelFormatException(
                path + ": " + subject + " has the unknown dtype '" + Json.shorten(name) + "'");
    }

    private static List<Long> longs(Path path, String subject, JsonParser in, int most)
            throws IOException {
        expect(path, subject, in.currentToken(), JsonToken.START_ARRAY);
        List<Long> values = new ArrayList<>();
        while (in.nextToken() != JsonToken.END_ARRAY) {
            expect(path, subject, in.currentToken(), JsonToken.VALUE_NUMBER_INT);
            if (values.size() == most) {
                throw new ModelFormatException(
                        path + ": " + subject + " has more than " + most + " numbers");
            }
            long value;
            try {
                value = in.getLongValue();
            } catch (InputCoercionException e) {
                throw new ModelFormatException(
                        path
                                + ": "
                                + subject
                                + " holds "
                                + Json.shorten(in.getText())
                                + ", more than any file can have",
                        e);
            }
            if (value < 0) {
                throw new ModelFormatException(
                        path + ": " + subject + " holds the negative number " + value);
            }
            values.add(value);
        }
        return values;
    }

    /**
     * Sorted by place, each tensor must begin where the one before it ends, and the last end with
     * the file.
     */
    private static void checkCoverage(Path path, List<TensorInfo> tensors, long dataLength) {
        List<TensorInfo> sorted = new ArrayList<>(tensors);
        sorted.sort(
                Comparator.comparingLong(TensorInfo::offset).thenComparingLong(TensorInfo::bytes));
        long end = 0;
        for (TensorInfo tensor : sorted) {
            if (tensor.offset() != end) {
                throw new ModelFormatException(
                        path
                                + ": "
                                + Json.shorten(tensor.name())
                                + " begins at byte "
                                + tensor.offset()
                                + " of the data, where "
                                + end
                                + " was expected: "
                                + (tensor.offset() < end
                                        ? "it overlaps the tensor before it"
                                        : "there is a gap before it"));
            }
            end += tensor.bytes();
        }
        if (end != dataLength) {
            throw new ModelFormatException(
                    path
                            + ": the tensors need "
                            + end
                            + " bytes of data, the file has "
                            + dataLength
                            + (end > dataLength ? ": it is truncated" : ": bytes are left over"));
        }
    }

    private static void expect(Path path, String subject, JsonToken found, JsonToken wanted) {
        if (found != wanted) {
            throw new ModelFormatException(
                    path + ": " + subject + ": expected " + wanted + ", found " + found);
        }
    }
}
