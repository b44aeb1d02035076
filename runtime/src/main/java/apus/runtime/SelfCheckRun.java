package apus.runtime;

import apus.format.checkpoint.Checkpoint;
import apus.format.token.Tokenizer;
import apus.kernels.ActivationPrecision;
import apus.kernels.Batch;
import apus.kernels.DeviceException;
import apus.kernels.Executor;
import apus.kernels.ExecutorOptions.CpuChoice;
import apus.kernels.ExecutorProvider;
import apus.kernels.Quantization;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Runs a {@link SelfCheck} where one is wanted: on an executor that has its cache and has run
 * nothing yet.
 *
 * @param backends among them the CPU's
 * @param available bytes of the host's memory that can be had
 */
record SelfCheckRun(
        Checkpoint checkpoint,
        Backends backends,
        EngineOptions options,
        Quantization quantization,
        int threads,
        long available) {

    /**
     * Compares with the CPU's kernels: a device with the fastest of them, the CPU itself with the
     * plain ones.
     *
     * @return empty if there is no need or no wish to
     * @throws DeviceException if the logits are too far away
     */
    Optional<SelfCheck> run(
            Executor executor,
            ExecutorProvider provider,
            Tokenizer tokenizer,
            CacheFit cache,
            Batcher.Sizes sizes) {
        boolean device = !provider.devices().isEmpty();
        if (!options.selfCheck().orElse(device)) {
            return Optional.empty();
        }
        long start = System.nanoTime();
        int blockSize = options.blockSize();
        long room = Math.min(cache.maxModelLen(), (long) cache.blocks() * blockSize);
        LogitProbe probe = LogitProbe.of(tokenizer, (int) room, blockSize);
        Batch batch =
                new Batch(
                        sizes.maxTokens(),
                        sizes.maxSequences(),
                        sizes.maxLogitRows(),
                        (cache.maxModelLen() + blockSize - 1) / blockSize);
        List<float[]> found = probe.run(executor, batch);
        LogitReference.Result right =
                new LogitReference(checkpoint, threads, quantization)
                        .run(
                                backends,
                                probe,
                                device ? CpuChoice.AUTO : CpuChoice.SCALAR,
                                available);
        SelfCheck check =
                SelfCheck.of(
                        provider.name(),
                        executor.info().device(),
                        found,
                        right.device(),
                        right.rows(),
                        device || options.activations() != ActivationPrecision.FLOAT32
                                ? SelfCheck.ROUNDED_TOLERANCE
                                : SelfCheck.EXACT_TOLERANCE,
                        Duration.ofNanos(System.nanoTime() - start));
        if (!check.passed()) {
            throw new DeviceException(
                    "the self-check failed, so nothing is served: backend "
                            + check.backend()
                            + " ("
                            + check.device()
                            + "): "
                            + check.text()
                            + (device ? "; --backend cpu does without the device" : ""));
        }
        return Optional.of(check);
    }
}
