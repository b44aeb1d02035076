package apus.runtime;

import apus.format.token.Tokenizer;
import java.nio.file.Path;

/** skeleton */
public final class Engine implements AutoCloseable {
    private Engine() {}

    /** Whether an engine takes requests. */
    public enum State {
        RUNNING,
        CLOSING,
        CLOSED,
        DEAD
    }

    /**
     * Opens a model directory.
     *
     * @throws apus.format.ModelFormatException if a file is damaged or contradicts another
     * @throws apus.format.UnsupportedModelException if no backend takes the model
     * @throws RequestException if an option contradicts the model, such as a longer context
     */
    public static Engine open(Path model, EngineOptions options) {
        throw new UnsupportedOperationException();
    }

    /**
     * Starts a request; returns at once.
     *
     * @throws RequestException if it can never be served, such as a prompt beyond the context
     * @throws CapacityException if the queue is full or the engine is closing or dead
     */
    public Generation submit(Request request) {
        throw new UnsupportedOperationException();
    }

    /** The opened model. */
    public ModelInfo model() {
        throw new UnsupportedOperationException();
    }

    /** The model's tokenizer. */
    public Tokenizer tokenizer() {
        throw new UnsupportedOperationException();
    }

    /** The model's chat format. */
    public Chat chat() {
        throw new UnsupportedOperationException();
    }

    public EngineStats stats() {
        throw new UnsupportedOperationException();
    }

    public State state() {
        throw new UnsupportedOperationException();
    }

    /** Takes no more work, lets what runs finish until the grace is over, and frees everything. */
    @Override
    public void close() {}
}
