package apus.runtime;

import apus.format.checkpoint.Checkpoint;
import apus.format.token.Tokenizer;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * A model that answers requests: the embedding API. Any thread may submit; the work happens on the
 * engine's own threads, all requests in one batch.
 *
 * <pre>{@code
 * try (Engine engine = Engine.open(Path.of("model"), EngineOptions.defaults())) {
 *     String prompt = engine.chat().render(Conversation.of(List.of(Conversation.message("user", "Hello"))));
 *     Request request = Request.of(engine.tokenizer().encode(prompt, false), Sampling.GREEDY, Stops.after(64));
 *     try (Generation answer = engine.submit(request)) {
 *         answer.forEach(chunk -> System.out.print(chunk.text()));
 *     }
 * }
 * }</pre>
 */
public final class Engine implements AutoCloseable {
    private final EngineLoop loop;
    private final EngineOptions options;
    private final RequestCheck check;
    private final Chat chat;
    private final LiteralContent literalContent;
    private final AtomicLong submitted = new AtomicLong();

    /** Whether an engine takes requests. */
    public enum State {
        RUNNING,
        /** Takes no more, lets what runs finish. */
        CLOSING,
        CLOSED,
        /** Lost its device or met a bug; every request has failed. */
        DEAD
    }

    Engine(EngineLoop loop, EngineOptions options, Chat chat) {
        this.loop = loop;
        this.options = options;
        this.check = new RequestCheck(loop.model(), loop.batcher()::canEverRun);
        this.chat = chat;
        this.literalContent = new LiteralContent(loop.tokenizer());
        loop.start();
    }

    /**
     * Opens a model directory.
     *
     * @throws apus.format.ModelFormatException if a file is damaged or contradicts another
     * @throws apus.format.UnsupportedModelException if no backend takes the model
     * @throws RequestException if an option contradicts the model, such as a longer context
     * @throws apus.kernels.DeviceException if the device, or a forced choice, cannot be had
     */
    public static Engine open(Path model, EngineOptions options) {
        Checkpoint checkpoint = Checkpoint.open(model);
        try {
            return new EngineOpener(
                            checkpoint, options, Backends.onClassPath(), CacheSize.available())
                    .open();
        } catch (RuntimeException | Error e) {
            checkpoint.close();
            throw e;
        }
    }

    /**
     * Starts a request; returns at once.
     *
     * @throws RequestException if it can never be served, such as a prompt beyond the context
     * @throws CapacityException if the queue is full or the engine is closing or dead
     */
    public Generation submit(Request asked) {
        Request request = check.check(asked);
        if (loop.state() != State.RUNNING) {
            throw loop.refusal();
        }
        if (!loop.stats().enter(options.maxQueue())) {
            throw new CapacityException(
                    CapacityException.Reason.QUEUE_FULL,
                    options.maxQueue() + " requests are waiting already; try again later.");
        }
        Run run =
                switch (request.search()) {
                    case Search.Draw draw ->
                            new DrawRun(
                                    request,
                                    draw,
                                    seed(request),
                                    loop,
                                    options.maxBufferedChunks());
                    case Search.Beam beam ->
                            new BeamRun(request, beam, loop, options.maxBufferedChunks());
                };
        loop.submit(run);
        return run.outbox;
    }

    private long seed(Request request) {
        return Seeds.of(request.sampling().seed(), options.seed(), submitted.incrementAndGet());
    }

    /** The opened model. */
    public ModelInfo model() {
        return loop.model();
    }

    /** How it was set up. */
    public EngineOptions options() {
        return options;
    }

    /** The model's tokenizer. */
    public Tokenizer tokenizer() {
        return loop.tokenizer();
    }

    /** The model's chat format. */
    public Chat chat() {
        return chat;
    }

    /**
     * A conversation as token ids, rendered by the model's template.
     *
     * @param specialInContent whether special tokens written in a message are special; if not, they
     *     are ordinary text and cannot fake the end of a turn
     * @throws RequestException reason TEMPLATE, as {@link Chat#render}
     */
    public int[] encode(Conversation conversation, boolean specialInContent) {
        return encode(conversation, specialInContent, chat::render);
    }

    /**
     * The same by another template.
     *
     * @param render the prompt's text for a conversation
     */
    public int[] encode(
            Conversation conversation,
            boolean specialInContent,
            Function<Conversation, String> render) {
        if (specialInContent) {
            return tokenizer().encode(render.apply(conversation), false);
        }
        LiteralContent.Marked prompt =
                LiteralContent.unmark(render.apply(literalContent.mark(conversation)));
        return tokenizer().encode(prompt.text(), false, prompt.literal());
    }

    /** What has been done so far. */
    public EngineStats stats() {
        return loop.stats().snapshot();
    }

    public State state() {
        return loop.state();
    }

    /**
     * Takes no more work, lets what runs finish until {@link EngineOptions#shutdownGrace} is over,
     * and frees everything. Idempotent; waits for the end.
     */
    @Override
    public void close() {
        loop.close(options.shutdownGrace());
    }

    /** What is still held; for tests. */
    String leftovers() {
        return loop.batcher().leftovers();
    }
}
