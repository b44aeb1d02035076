package apus.runtime;

import apus.format.ApusException;
import apus.format.JsonObject;
import apus.format.ModelFormatException;
import apus.format.SafetensorsFile;
import apus.format.TensorInfo;
import apus.format.checkpoint.Checkpoint;
import apus.format.spec.Attention;
import apus.format.spec.Families;
import apus.format.spec.ModelSpec;
import apus.format.token.Tokenizers;
import apus.kernels.Support;
import apus.runtime.ModelReport.Amount;
import apus.runtime.ModelReport.Backend;
import apus.runtime.ModelReport.Shape;
import apus.runtime.ModelReport.Tensor;
import apus.runtime.ModelReport.Tokens;
import apus.runtime.template.ChatTemplate;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Reads the parts of a {@link ModelReport}, each in spite of the others. For one use. */
final class ModelReportReader {
    private static final long MAX_CONFIG_BYTES = 10_000_000;
    private static final int MAX_FILES = 10_000;

    private final Path directory;
    private final List<String> problems = new ArrayList<>();
    private final Map<String, Long> files = new TreeMap<>();
    private final List<Tensor> tensors = new ArrayList<>();
    private List<String> architectures = List.of();
    private Optional<String> quantization = Optional.empty();
    private OptionalInt chatTemplate = OptionalInt.empty();
    private OptionalLong weightMemory = OptionalLong.empty();
    private List<Backend> backends = List.of();
    private List<String> failedBackends = List.of();

    ModelReportReader(Path directory) {
        this.directory = directory;
    }

    ModelReport read() {
        Optional<JsonObject> config = config();
        weights();
        Optional<ModelSpec> spec = config.flatMap(this::spec);
        Tokens tokenizer = tokenizer();
        tokenizer.problem().ifPresent(this::problem);
        whole();
        Map<String, Amount> formats = new TreeMap<>();
        for (Tensor tensor : tensors) {
            Amount sum = formats.getOrDefault(tensor.format(), new Amount(0, 0, 0));
            formats.put(tensor.format(), sum.plus(tensor));
        }
        return new ModelReport(
                directory,
                problems,
                architectures,
                quantization,
                spec.map(ModelReportReader::shape),
                files,
                tensors,
                formats,
                spec.filter(s -> !tensors.isEmpty())
                        .map(ModelReportReader::parameters)
                        .orElseGet(() -> tensors.stream().mapToLong(Tensor::parameters).sum()),
                weightMemory,
                tokenizer,
                chatTemplate,
                backends,
                failedBackends);
    }

    /** Several parts meet the same trouble; it is told once. */
    private void problem(String message) {
        if (!problems.contains(message)) {
            problems.add(message);
        }
    }

    private <T> Optional<T> attempt(Supplier<T> reading) {
        try {
            return Optional.of(reading.get());
        } catch (ApusException e) {
            problem(e.getMessage());
            return Optional.empty();
        }
    }

    private Optional<JsonObject> config() {
        if (!Files.isDirectory(directory)) {
            problem(directory + ": there is no such folder");
            return Optional.empty();
        }
        Path file = directory.resolve("config.json");
        return attempt(() -> JsonObject.read(file, MAX_CONFIG_BYTES));
    }

    private Optional<ModelSpec> spec(JsonObject config) {
        attempt(() -> config.texts("architectures")).ifPresent(names -> architectures = names);
        quantization =
                attempt(() -> config.object("quantization_config"))
                        .flatMap(q -> q)
                        .flatMap(q -> attempt(() -> q.text("quant_method")))
                        .flatMap(method -> method);
        Set<String> names = tensors.stream().map(Tensor::name).collect(Collectors.toSet());
        if (!names.isEmpty()) {
            return attempt(() -> Families.spec(config, names));
        }
        try {
            return Optional.of(Families.spec(config, names));
        } catch (ModelFormatException e) {
            // Some families are told apart by their tensors: without any this says nothing.
            return Optional.empty();
        } catch (ApusException e) {
            problem(e.getMessage());
            return Optional.empty();
        }
    }

    /** As the model sees them, however they are packed; a tied head counts once. */
    private static long parameters(ModelSpec spec) {
        return new HashSet<>(spec.weights())
                .stream().mapToLong(w -> (long) w.rows() * Math.max(1, w.cols())).sum();
    }

    private static Shape shape(ModelSpec spec) {
        Attention first = spec.layers().getFirst().attn();
        return new Shape(
                spec.family(),
                spec.layers().size(),
                spec.hidden(),
                first.heads(),
                first.kvHeads(),
                first.headDim(),
                spec.vocab(),
                spec.maxPositions(),
                spec.window() == 0
                        ? spec.maxPositions()
                        : Math.min(spec.window(), spec.maxPositions()),
                MemoryPlan.cachePerToken(spec));
    }

    /** All weight files there are, whatever an index says of them. */
    private void weights() {
        TreeSet<Path> paths = new TreeSet<>();
        if (Files.isDirectory(directory)) {
            try (DirectoryStream<Path> stream =
                    Files.newDirectoryStream(directory, "*.safetensors")) {
                for (Path path : stream) {
                    if (paths.size() < MAX_FILES) {
                        paths.add(path);
                    }
                }
            } catch (IOException e) {
                problem(directory + ": cannot be read: " + e.getMessage());
            }
        }
        for (Path path : paths) {
            try {
                files.put(path.getFileName().toString(), Files.size(path));
            } catch (IOException e) {
                problem(path + ": cannot be read: " + e.getMessage());
            }
            try (Arena arena = Arena.ofConfined()) {
                attempt(() -> SafetensorsFile.map(path, arena))
                        .ifPresent(file -> file.tensors().values().forEach(this::tensor));
            }
        }
    }

    private void tensor(TensorInfo info) {
        tensors.add(new Tensor(info.name(), info.dtype().name(), info.shape(), info.bytes()));
    }

    private Tokens tokenizer() {
        try {
            int vocab = Tokenizers.load(directory.resolve("tokenizer.json")).vocabSize();
            return new Tokens(OptionalInt.of(vocab), Optional.empty());
        } catch (ApusException e) {
            return new Tokens(OptionalInt.empty(), Optional.of(e.getMessage()));
        }
    }

    /** What only the checkpoint as a whole shows: that its parts agree, and who takes it. */
    private void whole() {
        if (!Files.isDirectory(directory)) {
            return;
        }
        Optional<Checkpoint> opened = attempt(() -> Checkpoint.open(directory));
        if (opened.isEmpty()) {
            return;
        }
        try (Checkpoint checkpoint = opened.get()) {
            attempt(() -> checkpoint.memory().bytes())
                    .ifPresent(bytes -> weightMemory = OptionalLong.of(bytes));
            attempt(checkpoint::tokenizer);
            checkpoint.chatTemplate().ifPresent(t -> attempt(() -> ChatTemplate.compile(t)));
            chatTemplate =
                    checkpoint
                            .chatTemplate()
                            .map(t -> OptionalInt.of(t.length()))
                            .orElse(OptionalInt.empty());
            Backends found = Backends.onClassPath();
            backends =
                    found.offers(checkpoint).stream()
                            .map(offer ->
                                    switch (offer.support()) {
                                        case Support.Yes _ ->
                                                new Backend(
                                                        offer.name(),
                                                        true,
                                                        "",
                                                        offer.provider().about());
                                        case Support.No(String reason) ->
                                                new Backend(offer.name(), false, reason, "");
                                    })
                            .toList();
            failedBackends = found.failures();
            if (backends.stream().noneMatch(Backend::takes)) {
                problem("no backend takes this model");
            }
        }
    }
}
