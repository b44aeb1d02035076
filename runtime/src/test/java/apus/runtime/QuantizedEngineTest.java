package apus.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Engines whose weights are quantised at load. */
@Timeout(300)
class QuantizedEngineTest {
    private static final Path DEMO = Path.of(System.getProperty("apus.demoModel"));

    private static EngineOptions options(String quantization) {
        return EngineOptions.builder()
                .quantization(Optional.of(quantization))
                .threads(2)
                .kvCacheBytes(16 << 20)
                .build();
    }

    private static String answer(Engine engine) throws InterruptedException {
        int[] prompt = engine.tokenizer().encode("Once upon a time", true);
        Request request = Request.of(prompt, Sampling.GREEDY, Stops.after(12));
        try (Generation generation = engine.submit(request)) {
            return generation.await().choices().getFirst().text();
        }
    }

    @Test
    void eightBitsAnswerAsTheStoredWeightsDo() throws InterruptedException {
        EngineOptions plain = options("int8").change().quantization(Optional.empty()).build();
        String wanted;
        long bytes;
        try (Engine engine = Engine.open(DEMO, plain)) {
            wanted = answer(engine);
            bytes = engine.model().weightMemoryBytes();
            assertEquals("", engine.model().weightFormat());
        }
        try (Engine engine = Engine.open(DEMO, options("int8"))) {
            assertEquals(wanted, answer(engine));
            assertTrue(engine.model().weightMemoryBytes() < bytes, "of " + bytes);
            String format = engine.model().weightFormat();
            assertTrue(format.startsWith("int8, relative error 0.00"), format);
        }
    }

    @Test
    void fourBitsAnswerWithLessMemory() throws InterruptedException {
        try (Engine eight = Engine.open(DEMO, options("int8"));
                Engine four = Engine.open(DEMO, options("int4"))) {
            assertTrue(four.model().weightMemoryBytes() < eight.model().weightMemoryBytes());
            assertTrue(answer(four).length() > 0);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"int8", "int4"})
    void aModelThatIsQuantisedAlreadyIsRefused(String quantization) {
        Path model = Path.of(System.getProperty("apus.testdata"), "models", "llama-gptq-int4");
        String message =
                assertThrows(
                                RequestException.class,
                                () -> Engine.open(model, options(quantization)).close())
                        .getMessage();
        assertTrue(message.contains(quantization) && message.contains("gptq"), message);
    }
}
