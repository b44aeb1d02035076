package apus.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.openai.config.ConfigurationException;
import apus.runtime.Engine;
import apus.runtime.EngineOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PerplexityTest {
    private static final Path DEMO = Path.of(System.getProperty("apus.demoModel"));
    private static final String TEXT =
            "Once upon a time there was a little girl who lived near a forest. ";

    @TempDir Path folder;

    private static Engine open(Optional<String> quantization) {
        return Engine.open(
                DEMO,
                EngineOptions.builder()
                        .threads(2)
                        .kvCacheBytes(16 << 20)
                        .quantization(quantization)
                        .build());
    }

    @Test
    void everyTokenButTheFirstOfAWindowIsForetold() throws Exception {
        Path file = Files.writeString(folder.resolve("text"), TEXT.repeat(4));
        try (Engine engine = open(Optional.empty())) {
            int tokens = engine.tokenizer().encode(TEXT.repeat(4), false).length;
            Perplexity whole = Perplexity.of(engine, file, tokens);
            assertEquals(1, whole.windows());
            assertEquals(tokens - 1, whole.tokens());
            assertTrue(whole.value() > 1 && whole.value() < engine.model().vocabSize());
            // The better known the text before, the easier to tell the next.
            Perplexity cut = Perplexity.of(engine, file, 4);
            assertEquals((tokens + 3) / 4, cut.windows() + (tokens % 4 == 1 ? 1 : 0));
            assertEquals(tokens - (tokens + 3) / 4, cut.tokens());
            assertTrue(cut.value() > whole.value(), cut + " and " + whole);
        }
    }

    @Test
    void eightBitsForetellAlmostAsWell() throws Exception {
        Path file = Files.writeString(folder.resolve("text"), TEXT);
        try (Engine plain = open(Optional.empty());
                Engine eight = open(Optional.of("int8"))) {
            double wanted = Perplexity.of(plain, file, 128).value();
            double found = Perplexity.of(eight, file, 128).value();
            assertEquals(1, found / wanted, 0.05, found + " and " + wanted);
        }
    }

    @Test
    void whatIsNoTextIsAnErrorThatNamesTheFile() throws Exception {
        Path bytes = Files.write(folder.resolve("bytes"), new byte[] {(byte) 0xff, 0});
        Path empty = Files.writeString(folder.resolve("empty"), "");
        try (Engine engine = open(Optional.empty())) {
            for (Path file : new Path[] {bytes, empty, folder.resolve("missing")}) {
                String message =
                        assertThrows(
                                        ConfigurationException.class,
                                        () -> Perplexity.of(engine, file, 128))
                                .getMessage();
                assertTrue(message.contains(file.toString()), message);
            }
        }
    }
}
