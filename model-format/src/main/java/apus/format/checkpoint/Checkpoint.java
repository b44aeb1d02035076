package apus.format.checkpoint;

import apus.format.DType;
import apus.format.Dequant;
import apus.format.Digest;
import apus.format.Json;
import apus.format.JsonObject;
import apus.format.ModelFormatException;
import apus.format.SafetensorsFile;
import apus.format.TensorInfo;
import apus.format.Weight;
import apus.format.spec.Families;
import apus.format.spec.ModelSpec;
import apus.format.spec.WeightRef;
import apus.format.token.Tokenizer;
import apus.format.token.Tokenizers;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * A HuggingFace model directory, opened and checked: configuration, mapped weights, tokenizer, chat
 * template. Owns the arena of the mapped files; every {@link Weight} dies with it. Thread-safe
 * after opening.
 */
public final class Checkpoint implements AutoCloseable {
    /** Files beside config.json that an answer depends on. */
    private static final List<String> FINGERPRINTED =
            List.of(
                    "tokenizer.json",
                    "tokenizer_config.json",
                    "generation_config.json",
                    "chat_template.jinja");

    /** A few dozen pages to read in each file, even from a cold disk. */
    private static final int SAMPLED_TENSORS = 32;

    private static final long SAMPLED_BYTES = 4096;
    private static final long MAX_CONFIG_BYTES = 10_000_000;

    private final Path directory;
    private final Arena arena;
    private final ModelSpec spec;
    private final Shards shards;
    private final WeightReader weights;
    private final ModelDefaults defaults;
    private final Optional<String> chatTemplate;
    private final Optional<String> quantization;
    private final JsonObject config;
    private Tokenizer tokenizer;
    private String fingerprint;

    private Checkpoint(
            Path directory,
            Arena arena,
            ModelSpec spec,
            Shards shards,
            WeightReader weights,
            ModelDefaults defaults,
            Optional<String> chatTemplate,
            Optional<String> quantization,
            JsonObject config) {
        this.directory = directory;
        this.arena = arena;
        this.spec = spec;
        this.shards = shards;
        this.weights = weights;
        this.defaults = defaults;
        this.chatTemplate = chatTemplate;
        this.quantization = quantization;
        this.config = config;
    }

    /**
     * Opens a directory and checks it both ways: every weight the model needs is there with the
     * right shape, and every tensor in the files is used or known to be ignorable. Touches no page
     * of the weights.
     *
     * @throws ModelFormatException if a file is damaged or contradicts another
     * @throws apus.format.UnsupportedModelException if the architecture, or a part of it, is not
     *     known
     */
    public static Checkpoint open(Path dir) {
        if (!Files.isDirectory(dir)) {
            throw new ModelFormatException(dir + ": there is no such folder");
        }
        JsonObject config =
                new JsonObject(
                        "config.json",
                        Json.readObject(dir.resolve("config.json"), MAX_CONFIG_BYTES));
        Arena arena = Arena.ofShared();
        try {
            Shards shards = Shards.map(dir, arena);
            ModelSpec spec = Families.spec(config, shards.names());
            DefaultsReader reader = new DefaultsReader(dir, dir, config);
            ModelDefaults defaults = reader.read(spec.vocab());
            Optional<String> chatTemplate = reader.chatTemplate(dir);
            Packing packing = Packing.of(config, shards);
            WeightCheck.check(spec, shards, packing);
            WeightReader weights = new WeightReader(shards, packing, arena);
            Optional<String> quantization =
                    config.object("quantization_config").flatMap(q -> q.text("quant_method"));
            return new Checkpoint(
                    dir,
                    arena,
                    spec,
                    shards,
                    weights,
                    defaults,
                    chatTemplate,
                    quantization,
                    config);
        } catch (RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    public Path directory() {
        return directory;
    }

    public ModelSpec spec() {
        return spec;
    }

    /**
     * A matrix, straight from the mapped file where it can be used as it is; valid until {@link
     * #close}. A vector is a matrix of one column.
     */
    public Weight weight(WeightRef ref) {
        return weights.read(ref);
    }

    /**
     * The same matrix for one use: what has to be put together for it belongs to the caller, and is
     * put together anew each time.
     *
     * @param once shared between threads; owns the copies, not what is mapped
     */
    public Weight weight(WeightRef ref, Arena once) {
        return weights.read(ref, once);
    }

    /** Whether the files hold a matrix in the form of a quantiser. */
    public boolean isPacked(WeightRef ref) {
        return weights.isPacked(ref);
    }

    /** A vector (norm weight, bias) converted to f32. */
    public float[] vector(WeightRef ref) {
        Weight column = weight(ref);
        float[] values = new float[column.rows()];
        float[] one = new float[1];
        for (int i = 0; i < values.length; i++) {
            Dequant.row(column, i, one);
            values[i] = one[0];
        }
        return values;
    }

    /**
     * How the weights are quantised, as config.json names it ({@code gptq}); empty if they are not.
     */
    public Optional<String> quantization() {
        return quantization;
    }

    /** All tensors of all files, in the files' order. */
    public List<TensorInfo> tensors() {
        return shards.files().stream().flatMap(f -> f.tensors().values().stream()).toList();
    }

    /** The weight files, in the order of their names. */
    public List<Path> files() {
        return shards.files().stream().map(SafetensorsFile::path).toList();
    }

    /**
     * Memory that all weights take once a backend has asked for each. Reads no weights, but the
     * order of the inputs where a quantiser has sorted them.
     */
    public WeightMemory memory() {
        return weights.memory(spec.weights(), false);
    }

    /** The same for a backend that lays the weights of every quantiser out anew. */
    public WeightMemory memoryLaidOut() {
        return weights.memory(spec.weights(), true);
    }

    /** The same for some of the weights. */
    public WeightMemory memoryLaidOut(Collection<WeightRef> some) {
        return weights.memory(some, true);
    }

    /** Element type of the tensor that a matrix is stored in. */
    public DType type(WeightRef ref) {
        return shards.info(ref.tensor()).dtype();
    }

    /** Size of the weight files together. */
    public long weightBytes() {
        return shards.files().stream().mapToLong(SafetensorsFile::bytes).sum();
    }

    /**
     * Tells one checkpoint from another, for caches, logs and answers: SHA-256 over the JSON files
     * and the chat template, the header and size of each weight file, and the first numbers of some
     * weights, 64 hex digits. Most of the weights are not read, so that a large model opens at
     * once; two trainings of one architecture differ everywhere, but it is no proof against
     * tampering.
     */
    public synchronized String fingerprint() {
        if (fingerprint == null) {
            Digest digest = Digest.sha256();
            digest.bytes(Json.readBytes(directory.resolve("config.json"), MAX_CONFIG_BYTES));
            for (String name : FINGERPRINTED) {
                Path file = directory.resolve(name);
                digest.bytes(
                        Files.exists(file)
                                ? Json.readBytes(file, Tokenizers.MAX_BYTES)
                                : new byte[0]);
            }
            for (SafetensorsFile file : shards.files()) {
                digest.bytes(file.headerDigest().getBytes(StandardCharsets.US_ASCII));
                digest.number(file.bytes());
                sample(file, digest);
            }
            fingerprint = digest.hex();
        }
        return fingerprint;
    }

    /** The first bytes of tensors that are spread over the file. */
    private static void sample(SafetensorsFile file, Digest digest) {
        List<TensorInfo> tensors = List.copyOf(file.tensors().values());
        int step = Math.max(1, tensors.size() / SAMPLED_TENSORS);
        for (int i = 0; i < tensors.size(); i += step) {
            TensorInfo tensor = tensors.get(i);
            digest.bytes(
                    file.data(tensor)
                            .asSlice(0, Math.min(SAMPLED_BYTES, tensor.bytes()))
                            .toArray(ValueLayout.JAVA_BYTE));
        }
    }

    /**
     * Loaded on first use; the same object every time.
     *
     * @throws ModelFormatException if tokenizer.json is missing, damaged, or larger than the
     *     model's vocabulary
     */
    public synchronized Tokenizer tokenizer() {
        if (tokenizer == null) {
            Tokenizer loaded = Tokenizers.load(directory.resolve("tokenizer.json"));
            if (loaded.vocabSize() > spec.vocab()) {
                throw new ModelFormatException(
                        "tokenizer.json: its largest id is "
                                + (loaded.vocabSize() - 1)
                                + ", but 'vocab_size' of config.json is "
                                + spec.vocab());
            }
            tokenizer = loaded;
        }
        return tokenizer;
    }

    /**
     * Jinja source: {@code chat_template.jinja}, or {@code chat_template} of tokenizer_config.json.
     */
    public Optional<String> chatTemplate() {
        return chatTemplate;
    }

    /** Special tokens by their role and the sampling defaults the model's makers suggest. */
    public ModelDefaults defaults() {
        return defaults;
    }

    /** The same where another folder's tokenizer_config.json names the special tokens. */
    public ModelDefaults defaults(Path tokenizerFolder) {
        return new DefaultsReader(directory, tokenizerFolder, config).read(spec.vocab());
    }

    /** The chat template of another tokenizer's folder, or of this one where it has none. */
    public Optional<String> chatTemplate(Path tokenizerFolder) {
        return new DefaultsReader(directory, tokenizerFolder, config)
                .chatTemplate(tokenizerFolder)
                .or(this::chatTemplate);
    }

    /** Unmaps the weights. Whoever still reads them then gets an IllegalStateException. */
    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
