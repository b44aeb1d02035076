package apus.runtime;

import apus.format.checkpoint.Checkpoint;
import apus.format.checkpoint.ModelDefaults;
import apus.format.spec.Layer;
import apus.format.spec.ModelSpec;
import apus.format.spec.Position;
import apus.format.spec.Rope;
import apus.format.spec.RopeFrequencies;
import apus.format.token.Tokenizer;
import apus.kernels.Executor;
import apus.kernels.ExecutorInfo;
import apus.kernels.ExecutorOptions;
import apus.kernels.ExecutorProvider;
import apus.kernels.KvShape;
import apus.kernels.Quantization;
import apus.kernels.QuantizedSize;
import apus.runtime.sched.Scheduler;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/** Sizes everything for a model and puts an engine together. */
final class EngineOpener {
    private static final System.Logger LOG = System.getLogger(EngineOpener.class.getName());

    /**
     * Long enough that a matrix product of a step is worth its read of the weights many times over,
     * short enough that running answers do not stutter while a long prompt is taken in.
     */
    private static final int DEFAULT_TOKENS_PER_STEP = 256;

    private final Checkpoint checkpoint;
    private final EngineOptions options;
    private final ModelSpec spec;
    private final Backends backends;
    private final long available;

    /**
     * @param available bytes of the host's memory that could be had
     */
    EngineOpener(Checkpoint checkpoint, EngineOptions options, Backends backends, long available) {
        this.available = available;
        this.backends = backends;
        this.checkpoint = checkpoint;
        this.options = options;
        this.spec = checkpoint.spec();
    }

    Engine open() {
        checkQuantization();
        TextParts text = new TextParts(checkpoint, options);
        Tokenizer tokenizer = text.tokenizer();
        Chat chat = new TemplateChat(text.chatTemplate(), text.defaults());
        int longest = longest();
        int maxTokens = tokensPerStep(longest);
        int maxSequences = maxSequences(maxTokens);
        int maxLogitRows = Math.max(maxSequences, Math.min(maxTokens, 64));
        int threads =
                options.threads() > 0
                        ? options.threads()
                        : Runtime.getRuntime().availableProcessors();
        Backends.Choice choice = backends.choose(options.backend(), checkpoint);
        ExecutorProvider provider = choice.provider();
        boolean onHost = provider.devices().isEmpty();
        MemoryPlan memory =
                new MemoryPlan(
                        onHost
                                ? QuantizedSize.memory(
                                        checkpoint, quantization(), options.kernels())
                                : QuantizedSize.memory(checkpoint, quantization()),
                        MemoryPlan.cachePerToken(spec),
                        longest,
                        (int)
                                Math.min(
                                        longest,
                                        (long) blocksEach(longest, maxTokens)
                                                * options.blockSize()),
                        available);
        if (onHost) {
            memory.checkWeights(options.kvCacheBytes() > 0);
        }
        Executor executor =
                provider.open(
                        checkpoint,
                        new ExecutorOptions(
                                threads,
                                maxTokens,
                                maxSequences,
                                maxLogitRows,
                                longest,
                                options.kernels(),
                                quantization(),
                                options.activations()));
        try {
            Batcher.Sizes sizes =
                    new Batcher.Sizes(
                            maxTokens, maxSequences, maxLogitRows, restartLength(), window());
            SelfCheckRun check =
                    new SelfCheckRun(
                            checkpoint, backends, options, quantization(), threads, available);
            ModelInfo info = allocate(executor, choice, memory, text, sizes, check);
            executor.warmUp(options.warmUp());
            return new Engine(
                    new EngineLoop(executor, tokenizer, info, sizes, options, checkpoint::close),
                    options,
                    chat);
        } catch (RuntimeException | Error e) {
            executor.close();
            throw e;
        }
    }

    private void checkQuantization() {
        Optional<String> wanted = options.quantization();
        if (quantization() != Quantization.NONE) {
            if (checkpoint.quantization().isPresent()) {
                throw new RequestException(
                        "quantization",
                        "'quantization' is "
                                + wanted.orElseThrow()
                                + ", which is made of plain weights, but the model is quantised by "
                                + checkpoint.quantization().get()
                                + "; leave it out.");
            }
            return;
        }
        if (wanted.isPresent() && !wanted.equals(checkpoint.quantization())) {
            throw new RequestException(
                    "quantization",
                    "'quantization' is "
                            + wanted.get()
                            + ", but the model is "
                            + checkpoint
                                    .quantization()
                                    .map(method -> "quantised by " + method)
                                    .orElse("not quantised")
                            + "; leave it out.");
        }
    }

    /** What is to be done to plain weights; other methods only say what the model must be. */
    private Quantization quantization() {
        return options.quantization().flatMap(Quantization::of).orElse(Quantization.NONE);
    }

    private int longest() {
        int wanted = options.maxModelLen();
        if (wanted > spec.maxPositions()) {
            throw new RequestException(
                    "max_model_len",
                    "'max_model_len' must be at most "
                            + spec.maxPositions()
                            + ", what the model's config.json allows, got "
                            + wanted
                            + ".");
        }
        return wanted == 0 ? spec.maxPositions() : wanted;
    }

    /** Each sequence in a step takes a token of it. */
    private int maxSequences(int maxTokens) {
        if (options.maxSequences() > maxTokens) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "a step of "
                            + maxTokens
                            + " tokens (--max-num-batched-tokens) has room for as many sequences,"
                            + " not for the "
                            + options.maxSequences()
                            + " of --max-num-seqs");
        }
        return Math.min(options.maxSequences(), maxTokens);
    }

    private int tokensPerStep(int longest) {
        int wanted =
                options.maxTokensPerStep() == 0
                        ? Math.max(DEFAULT_TOKENS_PER_STEP, options.maxSequences())
                        : options.maxTokensPerStep();
        // A prompt that may not be cut must fit into one step.
        return options.chunkedPrefill() ? wanted : Math.max(wanted, longest);
    }

    private ModelInfo allocate(
            Executor executor,
            Backends.Choice choice,
            MemoryPlan memory,
            TextParts text,
            Batcher.Sizes sizes,
            SelfCheckRun check) {
        ModelDefaults defaults = text.defaults();
        ExecutorInfo device = executor.info();
        CacheBudget budget = budget(memory, device);
        CacheFit cache =
                CacheFit.of(
                        budget,
                        options,
                        device.kvBytesPerToken(),
                        memory.longest(),
                        blocksEach(memory.longest(), sizes.maxTokens()),
                        sizes.maxSequences());
        executor.allocateKv(new KvShape(cache.blocks() + 1, options.blockSize()));
        return new ModelInfo(
                checkpoint.directory(),
                spec.family(),
                spec.vocab(),
                cache.maxModelLen(),
                defaults.eosIds(),
                defaults,
                device.backend(),
                device.device(),
                choice.refusals(),
                check.run(executor, choice.provider(), text.tokenizer(), cache, sizes),
                device.threads(),
                checkpoint.weightBytes(),
                budget.weightBytes(),
                weightFormat(device),
                device.workspaceBytes(),
                cache.blocks(),
                options.blockSize(),
                cache.bytes(),
                text.fingerprint());
    }

    /** The device's memory where the executor has one of its own, else the host's. */
    private static CacheBudget budget(MemoryPlan memory, ExecutorInfo device) {
        return device.deviceMemory().isPresent()
                ? new DeviceBudget(device.deviceMemory().get(), device.workspaceBytes())
                : new HostBudget(memory, device.workspaceBytes());
    }

    private String weightFormat(ExecutorInfo device) {
        Optional<String> stored = checkpoint.quantization();
        return switch (quantization()) {
            case NONE -> stored.orElse("");
            case INT8, INT4 ->
                    String.format(
                            Locale.ROOT,
                            "%s, relative error %.2g",
                            options.quantization().orElseThrow(),
                            device.quantizationError());
        };
    }

    /** Blocks that the longest sequence holds at a time. */
    private int blocksEach(int longest, int maxTokens) {
        return Scheduler.mostBlocks(longest, options.blockSize(), window(), maxTokens);
    }

    /** See {@link ModelSpec#window}; none where a sequence may be computed anew. */
    private int window() {
        return restartLength() == 0 ? spec.window() : 0;
    }

    /** Smallest length at which a layer's rope makes cached keys void; 0 = none. */
    private int restartLength() {
        OptionalInt smallest =
                spec.layers().stream()
                        .map(Layer::attn)
                        .mapToInt(a -> restartLength(a.position()))
                        .filter(length -> length > 0)
                        .min();
        return smallest.orElse(0);
    }

    private static int restartLength(Position position) {
        return switch (position) {
            case Rope rope -> RopeFrequencies.restartLength(rope);
            case Position.None() -> 0;
        };
    }
}
