package apus.format.token;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What tokenizers promise about single ids: any id is taken, and bytes are those of the text. */
final class TokenizerIdsTest {
    static List<Path> packs() throws IOException {
        return GoldenTokenizerTest.packs();
    }

    @ParameterizedTest
    @MethodSource("packs")
    void idsBeyondTheVocabularyDecodeToNothing(Path pack) {
        Tokenizer tokenizer = Tokenizers.load(pack.resolve("tokenizer.json"));
        int[] known = tokenizer.encode("Grüße, 世界", false);
        String text = tokenizer.decode(known, false);
        for (int id : new int[] {-1, tokenizer.vocabSize(), 1 << 20, Integer.MAX_VALUE}) {
            assertEquals(0, tokenizer.bytes(id).length);
            assertEquals("", tokenizer.piece(id));
            assertFalse(tokenizer.isSpecial(id));
            assertEquals("", tokenizer.decode(new int[] {id}, true));
            assertEquals("", tokenizer.continuation(false).push(id));
            // Even between the bytes of one character.
            int[] mixed = new int[known.length * 2];
            for (int i = 0; i < known.length; i++) {
                mixed[2 * i] = id;
                mixed[2 * i + 1] = known[i];
            }
            assertEquals(text, tokenizer.decode(mixed, false));
        }
    }

    @ParameterizedTest
    @MethodSource("packs")
    void bytesOfTokensJoinToTheTextTheyContinue(Path pack) throws IOException {
        Tokenizer tokenizer = Tokenizers.load(pack.resolve("tokenizer.json"));
        for (int id = 0; id < tokenizer.vocabSize(); id++) {
            byte[] bytes = tokenizer.bytes(id);
            String alone = decode(tokenizer.continuation(false), new int[] {id});
            String own = new String(bytes, StandardCharsets.UTF_8);
            if (!own.contains("\uFFFD")) {
                assertEquals(alone, own, "token " + id);
            }
        }
        for (var e : GoldenTokenizerTest.golden(pack).get("encodings")) {
            int[] ids = GoldenTokenizerTest.ints(e.get("ids"));
            var all = new java.io.ByteArrayOutputStream();
            for (int id : ids) {
                all.writeBytes(tokenizer.bytes(id));
            }
            assertEquals(
                    decode(tokenizer.continuation(false), ids),
                    all.toString(StandardCharsets.UTF_8),
                    e.get("text").asText());
        }
    }

    @ParameterizedTest
    @MethodSource("packs")
    void aContinuationReadsOnFromTheTextBeforeIt(Path pack) throws IOException {
        Tokenizer tokenizer = Tokenizers.load(pack.resolve("tokenizer.json"));
        for (var e : GoldenTokenizerTest.golden(pack).get("encodings")) {
            int[] ids = GoldenTokenizerTest.ints(e.get("ids"));
            String whole = tokenizer.decode(ids, false);
            for (int cut = 1; cut < Math.min(ids.length, 20); cut++) {
                String head = tokenizer.decode(java.util.Arrays.copyOf(ids, cut), false);
                // Where a character lies across the cut, or the head is only the space that a
                // decoder takes off, the two parts are not the whole.
                if (head.contains("\uFFFD") || head.isEmpty()) {
                    continue;
                }
                int[] rest = java.util.Arrays.copyOfRange(ids, cut, ids.length);
                String tail = decode(tokenizer.continuation(false), rest);
                if (!tail.startsWith("\uFFFD")) {
                    assertEquals(whole, head + tail);
                }
            }
        }
    }

    @Test
    void onlyTheStartOfATextLosesItsSpace() {
        Tokenizer tokenizer =
                Tokenizers.load(
                        Path.of(System.getProperty("apus.testdata"))
                                .resolve("tokenizers/llama2/tokenizer.json"));
        int[] ids = tokenizer.encode("a b", false);
        assertEquals("a b", tokenizer.decode(ids, false));
        assertEquals(" a b", decode(tokenizer.continuation(false), ids));
    }

    @Test
    void holesInTheVocabularyAreEmptyTokens(@TempDir Path dir) throws IOException {
        Path file = dir.resolve("tokenizer.json");
        Files.writeString(
                file,
                """
                {"model": {"type": "BPE", "vocab": {"a": 0, "b": 5}, "merges": []},
                 "added_tokens": [{"id": 5, "content": "<b>", "special": true},
                                  {"id": 9, "content": "é", "special": false}],
                 "decoder": {"type": "ByteLevel"}}
                """);
        Tokenizer tokenizer = Tokenizers.load(file);
        assertEquals(10, tokenizer.vocabSize());
        for (int id = 1; id < 5; id++) {
            assertEquals("", tokenizer.piece(id));
            assertEquals(0, tokenizer.bytes(id).length);
        }
        // An added token takes the id over from the piece that the model has there.
        assertEquals("<b>", tokenizer.piece(5));
        assertTrue(tokenizer.isSpecial(5));
        assertEquals("aa", tokenizer.decode(new int[] {0, 3, 0}, true));
    }

    private static String decode(StreamDecoder decoder, int[] ids) {
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
            text.append(decoder.push(id));
        }
        return text.append(decoder.flush()).toString();
    }
}
