package apus.format.checkpoint;

import apus.format.TensorInfo;
import apus.format.Weight;
import apus.format.spec.ModelSpec;
import apus.format.spec.WeightRef;
import apus.format.token.Tokenizer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A HuggingFace model directory, opened and checked: configuration, mapped weights, tokenizer, chat
 * template. Owns the arena of the mapped files; every {@link Weight} dies with it. Thread-safe
 * after opening.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class Checkpoint implements AutoCloseable {
    private Checkpoint() {}

    private static UnsupportedOperationException pending() {
        return new UnsupportedOperationException();
    }

    /**
     * Opens a directory and checks it both ways: every weight the model needs is there with the
     * right shape, and every tensor in the files is used or known to be ignorable.
     *
     * @throws apus.format.ModelFormatException if a file is damaged or contradicts another
     * @throws apus.format.UnsupportedModelException if the architecture, or a part of it, is not
     *     known
     */
    public static Checkpoint open(Path dir) {
        throw pending();
    }

    public Path directory() {
        throw pending();
    }

    public ModelSpec spec() {
        throw pending();
    }

    /** A matrix straight from the mapped file. */
    public Weight weight(WeightRef ref) {
        throw pending();
    }

    /** A vector (norm weight, bias) converted to f32. */
    public float[] vector(WeightRef ref) {
        throw pending();
    }

    /** All tensors of all files, by name. */
    public List<TensorInfo> tensors() {
        throw pending();
    }

    /** Loaded on first use; the same object every time. */
    public Tokenizer tokenizer() {
        throw pending();
    }

    /**
     * Jinja source: {@code chat_template.jinja}, or {@code chat_template} of tokenizer_config.json.
     */
    public Optional<String> chatTemplate() {
        throw pending();
    }

    /** Special tokens by their role and the sampling defaults the model's makers suggest. */
    public ModelDefaults defaults() {
        throw pending();
    }

    @Override
    public void close() {}
}
