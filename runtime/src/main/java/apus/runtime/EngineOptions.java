package apus.runtime;

import apus.kernels.ActivationPrecision;
import apus.kernels.ExecutorOptions.CpuChoice;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * How an {@link Engine} is set up. The defaults suit most.
 *
 * @param backend {@code auto} or a provider's name
 * @param kernels CPU kernels; a forced choice that is unavailable is an error
 * @param activations how exactly matrix products take their inputs; kernels that know float32 alone
 *     are an error with anything else
 * @param threads compute threads in all, the engine thread included; 0 = available processors
 * @param maxModelLen longest sequence in tokens; 0 = what the model allows
 * @param maxSequences sequences per step
 * @param maxTokensPerStep tokens per step; 0 = chosen from the machine
 * @param chunkedPrefill whether a prompt may be cut into chunks; without it, a step takes whole
 *     prompts only
 * @param prefixCaching whether equal beginnings of prompts are computed once; the answers are the
 *     same either way
 * @param blockSize tokens per cache block
 * @param kvCacheBytes memory for keys and values; 0 = the smaller of 4 GiB and a quarter of the
 *     memory free after the weights
 * @param memoryShare where kvCacheBytes is 0: what weights, buffers, keys and values may take
 *     together, as a share of the memory that can be had when the engine opens
 * @param maxConcurrency requests running at a time, others wait; 0 = no limit beside maxSequences
 * @param maxQueue requests waiting before new ones are refused
 * @param maxBufferedChunks chunks kept for a slow reader before its request is cancelled
 * @param shutdownGrace how long {@link Engine#close} lets running work go on
 * @param tokenizer folder or tokenizer.json to use in place of the model's own
 * @param chatTemplate Jinja source in place of the model's own
 * @param quantization {@code int8} or {@code int4}: plain weights are quantised so at load; any
 *     other: how the checkpoint must be quantised, {@code gptq} for instance; empty = however it is
 * @param seed makes requests without a seed of their own repeatable from one start to the next;
 *     without it they draw fresh entropy
 * @param warmUp how long opening goes on, at most, to get the kernels compiled, so that the first
 *     request is as fast as any; zero leaves it to the first requests
 * @param selfCheck whether opening compares logits with the CPU's plain kernels and fails if they
 *     differ by more than {@link SelfCheck} allows; empty = only on a device
 */
public record EngineOptions(
        String backend,
        CpuChoice kernels,
        ActivationPrecision activations,
        int threads,
        int maxModelLen,
        int maxSequences,
        int maxTokensPerStep,
        boolean chunkedPrefill,
        boolean prefixCaching,
        int blockSize,
        long kvCacheBytes,
        OptionalDouble memoryShare,
        int maxConcurrency,
        int maxQueue,
        int maxBufferedChunks,
        Duration shutdownGrace,
        Optional<Path> tokenizer,
        Optional<String> chatTemplate,
        Optional<String> quantization,
        OptionalLong seed,
        Duration warmUp,
        Optional<Boolean> selfCheck) {

    /** Everything at its default. */
    public static EngineOptions defaults() {
        return builder().build();
    }

    /** Starts from the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Starts from these values. */
    public Builder change() {
        Builder b = new Builder();
        b.backend = backend;
        b.kernels = kernels;
        b.activations = activations;
        b.threads = threads;
        b.maxModelLen = maxModelLen;
        b.maxSequences = maxSequences;
        b.maxTokensPerStep = maxTokensPerStep;
        b.chunkedPrefill = chunkedPrefill;
        b.prefixCaching = prefixCaching;
        b.blockSize = blockSize;
        b.kvCacheBytes = kvCacheBytes;
        b.memoryShare = memoryShare;
        b.maxConcurrency = maxConcurrency;
        b.maxQueue = maxQueue;
        b.maxBufferedChunks = maxBufferedChunks;
        b.shutdownGrace = shutdownGrace;
        b.tokenizer = tokenizer;
        b.chatTemplate = chatTemplate;
        b.quantization = quantization;
        b.seed = seed;
        b.warmUp = warmUp;
        b.selfCheck = selfCheck;
        return b;
    }

    /** Collects values; each method is named for the component it sets. */
    public static final class Builder {
        private String backend = "auto";
        private CpuChoice kernels = CpuChoice.AUTO;
        private ActivationPrecision activations = ActivationPrecision.FLOAT32;
        private int threads = 0;
        private int maxModelLen = 0;
        private int maxSequences = 256;
        private int maxTokensPerStep = 0;
        private boolean chunkedPrefill = true;
        private boolean prefixCaching = true;
        private int blockSize = 16;
        private long kvCacheBytes = 0;
        private OptionalDouble memoryShare = OptionalDouble.empty();
        private int maxConcurrency = 0;
        private int maxQueue = 1024;
        private int maxBufferedChunks = 16384;
        private Duration shutdownGrace = Duration.ofSeconds(30);
        private Optional<Path> tokenizer = Optional.empty();
        private Optional<String> chatTemplate = Optional.empty();
        private Optional<String> quantization = Optional.empty();
        private OptionalLong seed = OptionalLong.empty();
        private Duration warmUp = Duration.ZERO;
        private Optional<Boolean> selfCheck = Optional.empty();

        private Builder() {}

        public Builder backend(String value) {
            backend = value;
            return this;
        }

        public Builder kernels(CpuChoice value) {
            kernels = value;
            return this;
        }

        /** The same by name: auto, tile, vector or scalar. */
        public Builder kernels(String name) {
            kernels = CpuChoice.valueOf(name.toUpperCase(Locale.ROOT));
            return this;
        }

        public Builder activations(ActivationPrecision value) {
            activations = value;
            return this;
        }

        /** The same by name: float32 or bf16. */
        public Builder activations(String name) {
            activations = ActivationPrecision.valueOf(name.toUpperCase(Locale.ROOT));
            return this;
        }

        public Builder threads(int value) {
            threads = value;
            return this;
        }

        public Builder maxModelLen(int value) {
            maxModelLen = value;
            return this;
        }

        public Builder maxSequences(int value) {
            maxSequences = value;
            return this;
        }

        public Builder maxTokensPerStep(int value) {
            maxTokensPerStep = value;
            return this;
        }

        public Builder chunkedPrefill(boolean value) {
            chunkedPrefill = value;
            return this;
        }

        public Builder prefixCaching(boolean value) {
            prefixCaching = value;
            return this;
        }

        public Builder blockSize(int value) {
            blockSize = value;
            return this;
        }

        public Builder kvCacheBytes(long value) {
            kvCacheBytes = value;
            return this;
        }

        public Builder memoryShare(OptionalDouble value) {
            memoryShare = value;
            return this;
        }

        public Builder maxConcurrency(int value) {
            maxConcurrency = value;
            return this;
        }

        public Builder maxQueue(int value) {
            maxQueue = value;
            return this;
        }

        public Builder maxBufferedChunks(int value) {
            maxBufferedChunks = value;
            return this;
        }

        public Builder shutdownGrace(Duration value) {
            shutdownGrace = value;
            return this;
        }

        public Builder tokenizer(Optional<Path> value) {
            tokenizer = value;
            return this;
        }

        public Builder chatTemplate(Optional<String> value) {
            chatTemplate = value;
            return this;
        }

        public Builder quantization(Optional<String> value) {
            quantization = value;
            return this;
        }

        public Builder seed(OptionalLong value) {
            seed = value;
            return this;
        }

        public Builder warmUp(Duration value) {
            warmUp = value;
            return this;
        }

        public Builder selfCheck(Optional<Boolean> value) {
            selfCheck = value;
            return this;
        }

        /** Checks and freezes. */
        public EngineOptions build() {
            return new EngineOptions(
                    backend,
                    kernels,
                    activations,
                    threads,
                    maxModelLen,
                    maxSequences,
                    maxTokensPerStep,
                    chunkedPrefill,
                    prefixCaching,
                    blockSize,
                    kvCacheBytes,
                    memoryShare,
                    maxConcurrency,
                    maxQueue,
                    maxBufferedChunks,
                    shutdownGrace,
                    tokenizer,
                    chatTemplate,
                    quantization,
                    seed,
                    warmUp,
                    selfCheck);
        }
    }
}
