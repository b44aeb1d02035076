package apus.runtime;

import apus.format.checkpoint.Checkpoint;
import apus.format.checkpoint.WeightMemory;
import apus.kernels.Batch;
import apus.kernels.Executor;
import apus.kernels.ExecutorOptions;
import apus.kernels.ExecutorOptions.CpuChoice;
import apus.kernels.ExecutorProvider;
import apus.kernels.KvShape;
import apus.kernels.Quantization;
import apus.kernels.QuantizedSize;
import java.util.List;

/**
 * The CPU's kernels as the measure of a {@link SelfCheck}: a second executor on the same
 * checkpoint, opened for one probe and closed again. Plain weights it maps, which takes no memory;
 * others it unpacks, as if it were to serve.
 */
final class LogitReference {
    private static final String CPU = "cpu";

    private final Checkpoint checkpoint;
    private final int threads;
    private final Quantization quantization;

    /** Logits and what computed them. */
    record Result(String device, List<float[]> rows) {}

    LogitReference(Checkpoint checkpoint, int threads, Quantization quantization) {
        this.checkpoint = checkpoint;
        this.threads = threads;
        this.quantization = quantization;
    }

    /**
     * Computes.
     *
     * @param available bytes of the host's memory that can be had
     * @throws MemoryException if the weights must be unpacked and do not fit
     */
    Result run(Backends backends, LogitProbe probe, CpuChoice kernels, long available) {
        ExecutorProvider cpu =
                backends.named(CPU)
                        .orElseThrow(() ->
                                new RequestException(
                                        "self_check",
                                        "'self_check' needs the CPU's kernels, which are not on the"
                                                + " class path; turn it off (--no-self-check)."));
        WeightMemory weights = QuantizedSize.memory(checkpoint, quantization, kernels);
        if (weights.copied() >= available) {
            throw new MemoryException(
                    weights.copied(),
                    available,
                    "the self-check does not fit: it unpacks the weights in main memory, "
                            + (weights.copied() >> 20)
                            + " MiB of them, and "
                            + (available >> 20)
                            + " MiB are available; --no-self-check leaves it out");
        }
        int tokens = probe.tokens().length;
        ExecutorOptions sizes =
                new ExecutorOptions(threads, tokens, 1, tokens, tokens, kernels, quantization);
        try (Executor executor = cpu.open(checkpoint, sizes)) {
            executor.allocateKv(new KvShape(probe.blocks() + 1, probe.blockSize()));
            Batch batch = new Batch(tokens, 1, tokens, probe.blocks());
            return new Result(executor.info().device(), probe.run(executor, batch));
        }
    }
}
