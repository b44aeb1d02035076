package apus.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.format.checkpoint.ModelDefaults;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** An engine on a {@link FakeExecutor}: 20 letters, 4 special tokens, id 20 ends a sequence. */
final class FakeEngine implements AutoCloseable {
    static final int VOCAB = 24;
    static final int LETTERS = 20;
    static final int EOS = 20;
    static final int CONTEXT = 64;

    static final ModelDefaults DEFAULTS =
            new ModelDefaults(
                    List.of(EOS),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    OptionalDouble.empty(),
                    OptionalDouble.empty(),
                    OptionalInt.empty(),
                    OptionalDouble.empty(),
                    OptionalDouble.empty());

    final FakeExecutor executor = new FakeExecutor(VOCAB);
    final Engine engine;
    boolean checkpointClosed;

    FakeEngine(EngineOptions options) {
        this(options, 40, 8, 0);
    }

    FakeEngine(EngineOptions options, int blocks, int maxSequences, int restartLength) {
        this(options, blocks, maxSequences, restartLength, 0);
    }

    FakeEngine(EngineOptions options, int blocks, int maxSequences, int restartLength, int window) {
        executor.window = window;
        executor.allocateKv(new apus.kernels.KvShape(blocks + 1, 4));
        ModelInfo info =
                new ModelInfo(
                        Path.of("fake"),
                        "fake",
                        VOCAB,
                        CONTEXT,
                        List.of(EOS),
                        DEFAULTS,
                        "fake",
                        "fake",
                        List.of(),
                        Optional.empty(),
                        1,
                        0,
                        0,
                        "",
                        0,
                        blocks,
                        4,
                        0,
                        "fake");
        Batcher.Sizes sizes = new Batcher.Sizes(12, maxSequences, 8, restartLength, window);
        FakeTokenizer tokenizer = new FakeTokenizer(LETTERS, VOCAB);
        engine =
                new Engine(
                        new EngineLoop(
                                executor,
                                tokenizer,
                                info,
                                sizes,
                                options,
                                () -> checkpointClosed = true),
                        options,
                        new TemplateChat(Optional.empty(), DEFAULTS));
    }

    static EngineOptions options() {
        return EngineOptions.builder().shutdownGrace(Duration.ofSeconds(5)).build();
    }

    /** Closes, and looks for what should be gone. */
    void assertNothingLeft() {
        engine.close();
        assertEquals(
                "blocks 0, running 0, waiting 0, owners 0, active 0, queued 0", engine.leftovers());
        assertTrue(executor.closed());
        assertTrue(checkpointClosed);
    }

    @Override
    public void close() {
        engine.close();
    }
}
