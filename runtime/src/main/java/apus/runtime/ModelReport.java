package apus.runtime;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What can be said of a model directory without running it, damaged and unknown ones included: each
 * part is read for itself, and what is wrong is in {@link #problems}.
 *
 * @param directory as given
 * @param problems why the model cannot be opened, one sentence each; empty if it can
 * @param architectures as config.json names them
 * @param quantization how the weights are quantised, as config.json names it
 * @param shape if config.json is understood
 * @param files weight files by name, with their sizes in bytes
 * @param tensors of all readable weight files, in the files' order
 * @param formats sums over the tensors, by element type
 * @param parameters number of weights; where config.json is not understood, of all numbers in the
 *     files, in which quantised ones may stand several to a number
 * @param weightMemory bytes of memory the weights take as they are computed with; empty if the
 *     model cannot be opened
 * @param tokenizer what is known of tokenizer.json
 * @param chatTemplate characters of the chat template; empty if there is none
 * @param backends what each backend says of the model; empty if it cannot be opened
 * @param failedBackends why others could not even be loaded, one sentence each
 */
public record ModelReport(
        Path directory,
        List<String> problems,
        List<String> architectures,
        Optional<String> quantization,
        Optional<Shape> shape,
        Map<String, Long> files,
        List<Tensor> tensors,
        Map<String, Amount> formats,
        long parameters,
        OptionalLong weightMemory,
        Tokens tokenizer,
        OptionalInt chatTemplate,
        List<Backend> backends,
        List<String> failedBackends) {
    public ModelReport {
        problems = List.copyOf(problems);
        architectures = List.copyOf(architectures);
        tensors = List.copyOf(tensors);
        backends = List.copyOf(backends);
        failedBackends = List.copyOf(failedBackends);
    }

    /**
     * The spec in numbers. Heads are those of the first layer.
     *
     * @param context longest sequence, in tokens
     * @param heldTokens of a sequence of full length, tokens whose keys and values are needed at a
     *     time: all, or a window if no layer sees further
     * @param kvBytesPerToken keys and values of one token over all layers, in float32
     */
    public record Shape(
            String family,
            int layers,
            int hidden,
            int heads,
            int kvHeads,
            int headDim,
            int vocab,
            int context,
            int heldTokens,
            long kvBytesPerToken) {}

    /**
     * One tensor.
     *
     * @param format element type, {@code BF16}
     * @param shape outermost first
     */
    public record Tensor(String name, String format, List<Long> shape, long bytes) {
        public Tensor {
            shape = List.copyOf(shape);
        }

        /** Number of elements. */
        public long parameters() {
            return shape.stream().reduce(1L, (a, b) -> a * b);
        }
    }

    /** Sums over some tensors. */
    public record Amount(int tensors, long parameters, long bytes) {
        Amount plus(Tensor tensor) {
            return new Amount(
                    tensors + 1, parameters + tensor.parameters(), bytes + tensor.bytes());
        }
    }

    /**
     * The tokenizer.
     *
     * @param vocab number of ids; empty if it cannot be read
     * @param problem why not; empty if it can
     */
    public record Tokens(OptionalInt vocab, Optional<String> problem) {}

    /**
     * One backend.
     *
     * @param takes whether it runs the model
     * @param reason why not; empty if it does
     * @param about what it computes with here, and why not with something faster; may be empty
     */
    public record Backend(String name, boolean takes, String reason, String about) {}

    /** Looks at a directory. Never fails: what is wrong is part of the report. */
    public static ModelReport of(Path directory) {
        return new ModelReportReader(directory).read();
    }

    /** Whether the model can be run. */
    public boolean usable() {
        return problems.isEmpty();
    }

    /**
     * Memory for the weights and for keys and values of one sequence of full length, in bytes;
     * empty if the model cannot be opened.
     */
    public OptionalLong memory() {
        return weightMemory.isPresent() && shape.isPresent()
                ? OptionalLong.of(
                        weightMemory.getAsLong()
                                + shape.get().kvBytesPerToken() * shape.get().heldTokens())
                : OptionalLong.empty();
    }

    /** Bytes of the weight files. */
    public long bytes() {
        return files.values().stream().mapToLong(Long::longValue).sum();
    }
}
