package apus.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** A header is read as it is or refused with our own exception, quickly, whatever it holds. */
final class SafetensorsHeaderPropertyTest {
    private static final Path FILE = Path.of("fuzzed.safetensors");
    private static final List<DType> DTYPES = List.of(DType.values());
    private static final String[] VALUES = {
        "-1",
        "0",
        "1",
        "3",
        "4",
        "1e3",
        "0.5",
        "9223372036854775807",
        "9223372036854775808",
        "null",
        "true",
        "\"F32\"",
        "\"BF16\"",
        "\"\"",
        "[]",
        "[0, 0]",
        "[0, 4]",
        "[4, 8]",
        "{}",
        "[[[[]]]]",
        "\"shape\"",
        "1".repeat(2000),
        "[1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"
    };

    @Property
    void bytesOfAnyKindAreNoReasonForAnotherException(@ForAll @Size(max = 200) byte[] header) {
        readOrRefuse(header, 8);
    }

    @Property
    void textThatLooksLikeJsonIsNoReasonForAnotherException(@ForAll Random random) {
        String alphabet = "{}[]\":,0123456789-e. \\untrealsFBdhp_";
        StringBuilder text = new StringBuilder("{");
        for (int i = random.nextInt(120); i > 0; i--) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        readOrRefuse(text.toString().getBytes(StandardCharsets.UTF_8), 8);
    }

    @Property(tries = 1000)
    void aSoundHeaderWithDamageIsReadRightOrRefused(
            @ForAll Random random, @ForAll @IntRange(min = 1, max = 6) int tensors) {
        List<String> entries = new ArrayList<>();
        long end = 0;
        for (int i = 0; i < tensors; i++) {
            DType dtype = DTYPES.get(random.nextInt(DTYPES.size()));
            int rows = random.nextInt(4);
            int cols = random.nextInt(4);
            long bytes = (long) rows * cols * dtype.bytes();
            entries.add(
                    "\"t%d\": {\"dtype\": \"%s\", \"shape\": [%d, %d], \"data_offsets\": [%d, %d]}"
                            .formatted(i, dtype, rows, cols, end, end + bytes));
            end += bytes;
        }
        String sound = "{" + String.join(", ", entries) + "}";
        assertEquals(tensors, read(sound.getBytes(StandardCharsets.UTF_8), end).tensors().size());

        readOrRefuse(damage(sound, random).getBytes(StandardCharsets.UTF_8), end);
        byte[] flipped = sound.getBytes(StandardCharsets.UTF_8);
        flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
        readOrRefuse(flipped, end);
    }

    private static String damage(String sound, Random random) {
        int from = random.nextInt(sound.length());
        int to = Math.min(sound.length(), from + 1 + random.nextInt(12));
        return switch (random.nextInt(4)) {
            case 0 -> sound.substring(0, from);
            case 1 -> sound.substring(0, from) + sound.substring(to);
            case 2 -> sound.substring(0, to) + sound.substring(from);
            default -> {
                // The value after some colon or comma by another.
                int at = Math.max(sound.indexOf(": ", from), sound.indexOf(", ", from)) + 2;
                int next = at;
                while (next < sound.length() && ",}]".indexOf(sound.charAt(next)) < 0) {
                    next++;
                }
                yield sound.substring(0, at)
                        + VALUES[random.nextInt(VALUES.length)]
                        + sound.substring(next);
            }
        };
    }

    private static void readOrRefuse(byte[] header, long dataLength) {
        assertTimeout(
                Duration.ofSeconds(5),
                () -> {
                    try {
                        SafetensorsHeader read = read(header, dataLength);
                        // What is accepted covers the data, each tensor within it.
                        long bytes = 0;
                        for (TensorInfo tensor : read.tensors().values()) {
                            assertTrue(tensor.offset() >= 0 && tensor.bytes() >= 0);
                            assertTrue(tensor.offset() + tensor.bytes() <= dataLength);
                            bytes += tensor.bytes();
                        }
                        assertEquals(dataLength, bytes);
                    } catch (ModelFormatException | UnsupportedModelException e) {
                        assertTrue(e.getMessage().contains(FILE.toString()), e.getMessage());
                    }
                });
    }

    private static SafetensorsHeader read(byte[] header, long dataLength) {
        return SafetensorsHeader.parse(FILE, header, dataLength);
    }
}
