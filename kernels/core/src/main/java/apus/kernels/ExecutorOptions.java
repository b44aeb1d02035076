package apus.kernels;

/**
 * Sizes fixed when an executor opens; every buffer is allocated from them once.
 *
 * @param threads compute threads in all, the calling (engine) thread included; at least 1
 * @param maxTokensPerStep most tokens in one {@link Batch}
 * @param maxSequences most sequences in one {@link Batch}
 * @param maxLogitRows most rows of logits asked for in one {@link Batch}
 * @param maxContext longest sequence, in tokens
 * @param kernels which CPU kernels to use
 * @param quantization what plain weights are turned into
 * @param activations how exactly matrix products take their inputs; kernels that know float32 alone
 *     are an error with anything else
 */
public record ExecutorOptions(
        int threads,
        int maxTokensPerStep,
        int maxSequences,
        int maxLogitRows,
        int maxContext,
        CpuChoice kernels,
        Quantization quantization,
        ActivationPrecision activations) {

    /** With inputs as float32. */
    public ExecutorOptions(
            int threads,
            int maxTokensPerStep,
            int maxSequences,
            int maxLogitRows,
            int maxContext,
            CpuChoice kernels,
            Quantization quantization) {
        this(
                threads,
                maxTokensPerStep,
                maxSequences,
                maxLogitRows,
                maxContext,
                kernels,
                quantization,
                ActivationPrecision.FLOAT32);
    }

    /**
     * {@code AUTO} takes the fastest available that has been proven, which {@code TILE} has not
     * yet; a forced choice that is unavailable is an error, never a fallback.
     */
    public enum CpuChoice {
        AUTO,
        TILE,
        VECTOR,
        SCALAR
    }

    public ExecutorOptions {
        if (threads < 1
                || maxTokensPerStep < 1
                || maxSequences < 1
                || maxLogitRows < 1
                || maxContext < 1) {
            throw new IllegalArgumentException(
                    "sizes must be at least 1: threads="
                            + threads
                            + " maxTokensPerStep="
                            + maxTokensPerStep
                            + " maxSequences="
                            + maxSequences
                            + " maxLogitRows="
                            + maxLogitRows
                            + " maxContext="
                            + maxContext);
        }
        if (maxLogitRows < maxSequences) {
            throw new IllegalArgumentException(
                    "maxLogitRows " + maxLogitRows + " < maxSequences " + maxSequences);
        }
    }
}
