package apus.format.token;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import apus.conformance.Packs;
import apus.conformance.Tally;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Encodings and decodings of the reference tokenizers: the project's and those of {@link Packs the
 * folders} that are named.
 */
final class GoldenTokenizerTest {
    private static final Tally TALLY = new Tally();

    @AfterAll
    static void tell() {
        System.out.println("tokenizers: " + TALLY);
    }

    static List<Path> packs() {
        return Packs.with(Path.of(System.getProperty("apus.testdata"))).find(Packs.Kind.TOKENIZER);
    }

    @ParameterizedTest
    @MethodSource("packs")
    void encodesAsTheReference(Path pack) throws IOException {
        Tokenizer tokenizer = Tokenizers.load(pack.resolve("tokenizer.json"));
        JsonNode encodings = golden(pack).get("encodings");
        assertFalse(encodings.isEmpty());
        for (JsonNode e : encodings) {
            TALLY.tried("texts");
            String text = e.get("text").asText();
            int[] ids = tokenizer.encode(text, false);
            assertArrayEquals(ints(e.get("ids")), ids, () -> pack.getFileName() + ": " + text);
            assertArrayEquals(ints(e.get("ids_with_special")), tokenizer.encode(text, true), text);
            for (int i = 0; i < ids.length; i++) {
                // The reference shows the white space that a stripping added token has swallowed,
                // and the text that a unigram model does not know.
                String piece = tokenizer.piece(ids[i]).strip();
                if (!piece.equals("<unk>")) {
                    assertEquals(e.get("tokens").get(i).asText().strip(), piece);
                }
            }
            TALLY.right("texts");
        }
    }

    @ParameterizedTest
    @MethodSource("packs")
    void decodesAsTheReference(Path pack) throws IOException {
        Tokenizer tokenizer = Tokenizers.load(pack.resolve("tokenizer.json"));
        for (JsonNode e : golden(pack).get("encodings")) {
            int[] ids = ints(e.get("ids_with_special"));
            assertEquals(e.get("decoded").asText(), tokenizer.decode(ids, false));
            assertEquals(e.get("decoded_skip_special").asText(), tokenizer.decode(ids, true));
        }
        JsonNode decodings = golden(pack).get("decodings");
        assertFalse(decodings.isEmpty());
        for (JsonNode d : decodings) {
            TALLY.tried("decodings");
            int[] ids = ints(d.get("ids"));
            assertEquals(d.get("decoded").asText(), tokenizer.decode(ids, false));
            assertEquals(d.get("decoded_skip_special").asText(), tokenizer.decode(ids, true));
            TALLY.right("decodings");
        }
    }

    @Test
    void theDemoModelsPromptsAndAnswersAreThoseOfTheReference() throws IOException {
        Tokenizer tokenizer =
                Tokenizers.load(Path.of(System.getProperty("apus.demoModel"), "tokenizer.json"));
        JsonNode golden = golden(Path.of(System.getProperty("apus.testdata"), "apus-demo"));
        for (JsonNode p : golden.get("prompts")) {
            if (p.hasNonNull("rendered")) {
                // The template has written BOS already.
                int[] wanted = ints(p.get("prompt_ids"));
                assertArrayEquals(
                        wanted,
                        tokenizer.encode(p.get("rendered").asText(), false),
                        p.get("rendered").asText());
            }
            int[] answer = ints(p.get("greedy_ids"));
            assertEquals(p.get("greedy_text").asText(), tokenizer.decode(answer, true));
        }
    }

    static JsonNode golden(Path dir) throws IOException {
        return new JsonMapper().readTree(Files.readAllBytes(dir.resolve("golden.json")));
    }

    static int[] ints(JsonNode array) {
        int[] values = new int[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).intValue();
        }
        return values;
    }
}
