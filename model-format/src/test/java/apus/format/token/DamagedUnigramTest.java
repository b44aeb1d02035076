package apus.format.token;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.format.ModelFormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Unigram vocabularies with one thing wrong. */
final class DamagedUnigramTest {
    @TempDir Path dir;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{} | 0 | 'vocab' must be a list",
                "[] | 0 | 'vocab' must be a list of 1 to",
                "[[\"a\"]] | 0 | 'vocab[0]' must be a piece",
                "[[\"a\", 0], [\"b\", \"x\"]] | 0 | 'vocab[1]' must be a piece",
                "[[\"a\", 1e999]] | 0 | 'vocab[0]' must be a piece",
                "[[1, 0]] | 0 | 'vocab[0]' must be a piece",
                "[[\"a\", 0]] | 1 | 'unk_id' must be between 0 and 0, found 1",
                "[[\"a\", 0]] | -1 | 'unk_id' must be between 0 and 0, found -1",
                "[[\"a\", 0]] | null | 'unk_id' is missing",
            })
    void isRefusedByName(String vocab, String unknown, String problem) throws IOException {
        Path file = dir.resolve("tokenizer.json");
        Files.writeString(
                file,
                """
                {"model": {"type": "Unigram", "vocab": %s, "unk_id": %s},
                 "decoder": {"type": "Metaspace"}}
                """
                        .formatted(vocab, unknown));
        String message =
                assertThrows(ModelFormatException.class, () -> Tokenizers.load(file)).getMessage();
        assertTrue(message.contains("tokenizer.json: model: " + problem), message);
    }
}
