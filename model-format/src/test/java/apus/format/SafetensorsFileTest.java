package apus.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Sound files are read, the others refused with the file and the tensor at fault in the message.
 */
final class SafetensorsFileTest {
    @TempDir Path dir;

    @Test
    void readsTensorsInTheHeadersOrderWhereverTheyLie() throws IOException {
        Path file =
                Safetensors.write(
                        dir.resolve("a.safetensors"),
                        """
                        {"__metadata__": {"format": "pt"},
                         "late": {"dtype": "U8", "shape": [3], "data_offsets": [4, 7]},
                         "none": {"dtype": "F32", "shape": [0, 5], "data_offsets": [4, 4]},
                         "scalar": {"dtype": "F32", "shape": [], "data_offsets": [0, 4]}}
                        """,
                        0);
        Files.write(
                file,
                new byte[] {0, 0, (byte) 0x80, 0x3F, 7, 8, 9},
                java.nio.file.StandardOpenOption.APPEND);
        try (Arena arena = Arena.ofConfined()) {
            SafetensorsFile tensors = SafetensorsFile.map(file, arena);
            assertEquals(
                    List.of("late", "none", "scalar"), List.copyOf(tensors.tensors().keySet()));
            assertEquals(Map.of("format", "pt"), tensors.metadata());
            assertEquals(Files.size(file), tensors.bytes());
            assertArrayEquals(
                    new byte[] {7, 8, 9},
                    tensors.data(tensors.tensors().get("late")).toArray(ValueLayout.JAVA_BYTE));
            assertEquals(
                    1,
                    tensors.data(tensors.tensors().get("scalar"))
                            .get(ValueLayout.JAVA_FLOAT_UNALIGNED, 0));
            assertEquals(0, tensors.data(tensors.tensors().get("none")).byteSize());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7})
    void aFileShorterThanItsLengthFieldIsRefused(int length) throws IOException {
        Path file = dir.resolve("short.safetensors");
        Files.write(file, new byte[length]);
        assertRefused(file, "short.safetensors", length + " bytes are too few");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 3, 1000, 100_000_001, Long.MAX_VALUE, Long.MIN_VALUE, -1})
    void aHeaderLengthOutsideTheFileIsRefused(long length) throws IOException {
        Path file = Safetensors.write(dir.resolve("a"), length, new byte[] {'{', '}'}, 0);
        assertRefused(file, "header length " + Long.toUnsignedString(length), "outside 2..2");
    }

    @Test
    void aHeaderBeyondTheLimitIsRefusedBeforeItIsRead() throws IOException {
        Path file = Safetensors.write(dir.resolve("a"), 1L << 40, new byte[0], 0);
        // Sparse: claims a terabyte and more, takes no room.
        try (var channel =
                java.nio.channels.FileChannel.open(file, java.nio.file.StandardOpenOption.WRITE)) {
            channel.write(java.nio.ByteBuffer.wrap(new byte[1]), (1L << 40) + 100);
        }
        assertRefused(file, "header length 1099511627776", "2..100000000");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "null",
                "12",
                "{",
                "{}{}",
                "{} x",
                "{\"a\"}",
                "{\"a\": 1}",
                "{\"a\": []}",
                "{\"__metadata__\": []}",
                "{\"__metadata__\": {\"a\": 1}}",
                "{\"__metadata__\": {\"a\": {}}}",
                "\u0000\u0000",
                "  "
            })
    void aHeaderThatIsNotAnObjectOfTensorsIsRefused(String header) throws IOException {
        assertRefused(Safetensors.write(dir.resolve("a.safetensors"), header, 0), "a.safetensors");
    }

    @Test
    void aHeaderThatIsNotUtf8IsRefused() throws IOException {
        byte[] header = {'{', '"', (byte) 0xC3, '"', ':', '1', '}'};
        assertRefused(Safetensors.write(dir.resolve("a"), 7, header, 0), "the header is not JSON");
    }

    @Test
    void aDeeplyNestedHeaderIsRefused() throws IOException {
        String header = "{\"a\":".repeat(100_000);
        assertRefused(Safetensors.write(dir.resolve("a"), header, 0), "a");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "F31 | [1] | [0, 4] | unknown dtype 'F31'",
                "f32 | [1] | [0, 4] | unknown dtype 'f32'",
                "F32 | [-1] | [0, 4] | t.shape holds the negative number -1",
                "F32 | [1.5] | [0, 4] | t.shape: expected VALUE_NUMBER_INT",
                "F32 | [\"1\"] | [0, 4] | t.shape: expected VALUE_NUMBER_INT",
                "F32 | [[1]] | [0, 4] | t.shape: expected VALUE_NUMBER_INT",
                "F32 | 1 | [0, 4] | t.shape: expected START_ARRAY",
                "F32 | [4294967296, 4294967296] | [0, 4] | impossible shape",
                "F32 | [9223372036854775807] | [0, 4] | impossible shape",
                "F32 | [9223372036854775808] | [0, 4] | t.shape holds 9223372036854775808",
                "F32 | [1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1] | [0, 4] | more than 16 numbers",
                "F32 | [1] | [0] | needs dtype, shape and two data_offsets",
                "F32 | [1] | [0, 4, 8] | more than 2 numbers",
                "F32 | [1] | [4, 0] | hold -4",
                "F32 | [1] | [0, 3] | is F32[1], 4 bytes",
                "F32 | [2] | [0, 4] | is F32[2], 8 bytes",
                "F32 | [1] | [-4, 0] | negative number -4",
                "F32 | [1] | [4, 8] | there is a gap before it",
                "F32 | [1] | [9223372036854775803, 9223372036854775807] | gap before it",
                "F32 | [1] | [0, 4], \"dtype\": \"F32\" | Duplicate",
                "F32 | [1] | [0, 4], \"more\": 1 | unknown key 'more'",
            })
    void aTensorThatContradictsItselfIsRefusedByName(
            String dtype, String shape, String offsets, String problem) throws IOException {
        String header =
                "{\"t\": {\"dtype\": \"%s\", \"shape\": %s, \"data_offsets\": %s}}"
                        .formatted(dtype, shape, offsets);
        assertRefused(Safetensors.write(dir.resolve("a.safetensors"), header, 4), problem);
    }

    @Test
    void tensorsMustCoverTheDataOnceEach() throws IOException {
        String both =
                """
                {"first": {"dtype": "U8", "shape": [4], "data_offsets": [0, 4]},
                 "second": {"dtype": "U8", "shape": [4], "data_offsets": [%d, %d]}}
                """;
        assertRefused(
                Safetensors.write(dir.resolve("a"), both.formatted(3, 7), 7),
                "second begins at byte 3",
                "it overlaps the tensor before it");
        assertRefused(
                Safetensors.write(dir.resolve("a"), both.formatted(0, 4), 4),
                "begins at byte 0",
                "it overlaps the tensor before it");
        assertRefused(
                Safetensors.write(dir.resolve("a"), both.formatted(5, 9), 9),
                "second begins at byte 5 of the data, where 4 was expected",
                "there is a gap before it");
        assertRefused(
                Safetensors.write(dir.resolve("a"), both.formatted(4, 8), 7),
                "the tensors need 8 bytes of data, the file has 7: it is truncated");
        assertRefused(
                Safetensors.write(dir.resolve("a"), both.formatted(4, 8), 9),
                "the file has 9: bytes are left over");
    }

    @Test
    void aNameThatComesTwiceIsRefused() throws IOException {
        String header =
                """
                {"t": {"dtype": "U8", "shape": [4], "data_offsets": [0, 4]},
                 "t": {"dtype": "U8", "shape": [4], "data_offsets": [4, 8]}}
                """;
        assertRefused(Safetensors.write(dir.resolve("a"), header, 8), "Duplicate", "'t'");
    }

    @Test
    void moreTensorsThanAnyModelHasAreRefused() throws IOException {
        StringBuilder header = new StringBuilder("{");
        for (int i = 0; i < 300_000; i++) {
            header.append(
                    "\"t%d\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]},"
                            .formatted(i));
        }
        header.append("\"x\":{}}");
        assertRefused(
                Safetensors.write(dir.resolve("a"), header.toString(), 0),
                "more than 262144 tensors");
    }

    @Test
    void aLongOrUnprintableNameIsShownShortAndClean() throws IOException {
        String name = "\\u0007\\n" + "x".repeat(5000);
        String header =
                "{\"%s\": {\"dtype\": \"F1\", \"shape\": [], \"data_offsets\": []}}"
                        .formatted(name);
        String message = refusal(Safetensors.write(dir.resolve("a"), header, 0));
        assertTrue(message.length() < 400, message);
        assertTrue(message.codePoints().noneMatch(Character::isISOControl), message);
    }

    @Test
    void aMissingFileAndAFolderAreRefusedByName() throws IOException {
        assertRefused(dir.resolve("nothing.safetensors"), "nothing.safetensors: cannot be read");
        assertRefused(
                Files.createDirectory(dir.resolve("folder.safetensors")), "folder.safetensors");
    }

    @Test
    void everyTruncationOfASoundFileIsRefused() throws IOException {
        Path whole =
                Safetensors.write(
                        dir.resolve("whole"),
                        """
                        {"a": {"dtype": "BF16", "shape": [2, 2], "data_offsets": [0, 8]}}
                        """,
                        8);
        byte[] bytes = Files.readAllBytes(whole);
        for (int length = 0; length < bytes.length; length++) {
            Path cut = dir.resolve("cut");
            Files.write(cut, java.util.Arrays.copyOf(bytes, length));
            refusal(cut);
        }
        try (Arena arena = Arena.ofConfined()) {
            assertEquals(1, SafetensorsFile.map(whole, arena).tensors().size());
        }
    }

    @Test
    void aHeaderOfTwoMebibytesIsReadQuickly() throws IOException {
        StringBuilder header = new StringBuilder("{");
        for (int i = 0; i < 30_000; i++) {
            header.append(
                    "\"layer.%d.weight\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[%d,%d]},"
                            .formatted(i, i, i + 1));
        }
        header.append("\"__metadata__\":{}}");
        Path file = Safetensors.write(dir.resolve("a"), header.toString(), 30_000);
        assertTrue(header.toString().getBytes(StandardCharsets.UTF_8).length > 1 << 21);
        org.junit.jupiter.api.Assertions.assertTimeout(
                java.time.Duration.ofSeconds(10),
                () -> {
                    try (Arena arena = Arena.ofConfined()) {
                        assertEquals(30_000, SafetensorsFile.map(file, arena).tensors().size());
                    }
                });
    }

    private static void assertRefused(Path file, String... fragments) {
        String message = refusal(file);
        for (String fragment : fragments) {
            assertTrue(message.contains(fragment), message);
        }
        assertTrue(message.contains(file.getFileName().toString()), message);
    }

    private static String refusal(Path file) {
        try (Arena arena = Arena.ofConfined()) {
            return assertThrows(ModelFormatException.class, () -> SafetensorsFile.map(file, arena))
                    .getMessage();
        }
    }
}
