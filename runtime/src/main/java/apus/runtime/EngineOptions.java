package apus.runtime;

import apus.kernels.ExecutorOptions.CpuChoice;
import java.time.Duration;

/**
 * How an {@link Engine} is set up. {@link #defaults} suits most; the {@code with} methods change
 * one value.
 *
 * @param backend {@code auto} or a provider's name
 * @param kernels CPU kernels
 * @param threads compute threads in all, the engine thread included; 0 = available processors
 * @param maxModelLen longest sequence in tokens; 0 = what the model allows
 * @param maxSequences sequences per step
 * @param maxTokensPerStep tokens per step; 0 = chosen from the machine
 * @param blockSize tokens per cache block
 * @param kvCacheBytes memory for keys and values; 0 = the smaller of 4 GiB and a quarter of the
 *     memory free after the weights
 * @param maxQueue requests waiting before new ones are refused
 * @param maxBufferedChunks chunks kept for a slow reader before its request is cancelled
 * @param shutdownGrace how long {@link Engine#close} lets running work go on
 */
public record EngineOptions(
        String backend,
        CpuChoice kernels,
        int threads,
        int maxModelLen,
        int maxSequences,
        int maxTokensPerStep,
        int blockSize,
        long kvCacheBytes,
        int maxQueue,
        int maxBufferedChunks,
        Duration shutdownGrace) {
    /** Everything automatic. */
    public static EngineOptions defaults() {
        return new EngineOptions(
                "auto", CpuChoice.AUTO, 0, 0, 256, 0, 16, 0, 1024, 16384, Duration.ofSeconds(30));
    }
}
