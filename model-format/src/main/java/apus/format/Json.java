package apus.format;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * How the JSON files of a model directory are read: bounded in size, depth and number length, and
 * strict.
 */
public final class Json {
    private static final JsonFactory FACTORY =
            JsonFactory.builder()
                    // Names come by the hundred thousand, once each, and from strangers.
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(64)
                                    .maxNumberLength(100)
                                    .maxStringLength(20_000_000)
                                    .maxNameLength(10_000)
                                    .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build();

    private static final JsonMapper MAPPER =
            JsonMapper.builder(FACTORY)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    private Json() {}

    /** A parser over bytes in memory. */
    static JsonParser parser(byte[] json) throws IOException {
        return FACTORY.createParser(json);
    }

    /**
     * Reads a file that must hold one JSON object.
     *
     * @param maxBytes a larger file is refused unread
     * @throws ModelFormatException if it is missing, too large, or not such an object
     */
    public static ObjectNode readObject(Path file, long maxBytes) {
        try {
            JsonNode node = MAPPER.readTree(readBytes(file, maxBytes));
            if (node instanceof ObjectNode object) {
                return object;
            }
            throw new ModelFormatException(
                    file + ": expected a JSON object, found " + node.getNodeType());
        } catch (IOException e) {
            throw new ModelFormatException(file + ": not valid JSON: " + reason(e), e);
        }
    }

    /** Reads a UTF-8 text file of a model directory. */
    public static String readText(Path file, long maxBytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(readBytes(file, maxBytes)))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new ModelFormatException(file + ": is not UTF-8 text", e);
        }
    }

    /** Reads a file of a model directory, refusing one that is larger. */
    public static byte[] readBytes(Path file, long maxBytes) {
        try (InputStream in = Files.newInputStream(file)) {
            // Not Files.size: a pipe or a growing file would pass it.
            byte[] bytes = in.readNBytes((int) Math.min(maxBytes + 1, Integer.MAX_VALUE - 8));
            if (bytes.length > maxBytes) {
                throw new ModelFormatException(
                        file + ": larger than the " + maxBytes + " bytes that are read of it");
            }
            return bytes;
        } catch (IOException e) {
            throw new ModelFormatException(
                    file
                            + ": cannot be read: "
                            + (e instanceof NoSuchFileException
                                    ? "there is no such file"
                                    : e.getMessage()),
                    e);
        }
    }

    /**
     * What a parser complained about, on one line, with the place and without the text around it.
     */
    static String reason(IOException e) {
        if (e instanceof JsonProcessingException json) {
            String where =
                    json.getLocation() == null
                            ? ""
                            : " (line "
                                    + json.getLocation().getLineNr()
                                    + ", column "
                                    + json.getLocation().getColumnNr()
                                    + ")";
            return shorten(json.getOriginalMessage()) + where;
        }
        return String.valueOf(e.getMessage());
    }

    /** A name from an untrusted file, fit for a message. */
    public static String shorten(String text) {
        String clean = text.length() > 120 ? text.substring(0, 120) + "..." : text;
        return clean.codePoints()
                .map(c -> Character.isISOControl(c) ? '?' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
