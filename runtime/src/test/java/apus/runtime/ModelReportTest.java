package apus.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

final class ModelReportTest {
    private static final Path DEMO = Path.of(System.getProperty("apus.demoModel"));

    @TempDir Path dir;

    private Path copyOfDemo() throws IOException {
        for (String name : List.of("config.json", "tokenizer.json", "tokenizer_config.json")) {
            Files.copy(DEMO.resolve(name), dir.resolve(name));
        }
        Files.copy(DEMO.resolve("model.safetensors"), dir.resolve("model.safetensors"));
        return dir;
    }

    private static void replace(Path file, String what, String by) throws IOException {
        String text = Files.readString(file);
        assertTrue(text.contains(what), file + " has no " + what);
        Files.writeString(file, text.replace(what, by));
    }

    @Test
    void goodModelIsDescribedWhole() throws IOException {
        ModelReport report = ModelReport.of(DEMO);

        assertEquals(List.of(), report.problems());
        assertTrue(report.usable());
        assertEquals(List.of("LlamaForCausalLM"), report.architectures());
        ModelReport.Shape shape = report.shape().orElseThrow();
        assertEquals("llama", shape.family());
        assertEquals(
                2L * shape.layers() * shape.kvHeads() * shape.headDim() * 4,
                shape.kvBytesPerToken());
        assertEquals(Files.size(DEMO.resolve("model.safetensors")), report.bytes());
        assertEquals(
                report.tensors().stream().mapToLong(ModelReport.Tensor::parameters).sum(),
                report.parameters());
        assertEquals(
                report.tensors().size(),
                report.formats().values().stream().mapToInt(ModelReport.Amount::tensors).sum());
        assertTrue(report.tokenizer().vocab().orElseThrow() <= shape.vocab());
        assertTrue(report.chatTemplate().isPresent());
        ModelReport.Backend cpu =
                report.backends().stream()
                        .filter(b -> b.name().equals("cpu"))
                        .findFirst()
                        .orElseThrow();
        assertTrue(cpu.takes());
        assertEquals("", cpu.reason());
        assertTrue(cpu.about().contains("matrix tiles: "), cpu.about());
    }

    @Test
    void unknownArchitectureStillShowsTensorsAndTokenizer() throws IOException {
        replace(copyOfDemo().resolve("config.json"), "LlamaForCausalLM", "BogusForCausalLM");

        ModelReport report = ModelReport.of(dir);

        assertFalse(report.usable());
        assertEquals(1, report.problems().size(), report.problems().toString());
        assertTrue(report.problems().getFirst().contains("BogusForCausalLM"));
        assertEquals(List.of("BogusForCausalLM"), report.architectures());
        assertTrue(report.shape().isEmpty());
        assertTrue(report.parameters() > 0);
        assertTrue(report.tokenizer().vocab().isPresent());
        assertEquals(List.of(), report.backends());
    }

    @Test
    void truncatedWeightsStillShowTheShape() throws IOException {
        Path weights = copyOfDemo().resolve("model.safetensors");
        try (FileChannel channel = FileChannel.open(weights, StandardOpenOption.WRITE)) {
            channel.truncate(100_000);
        }

        ModelReport report = ModelReport.of(dir);

        assertEquals(1, report.problems().size(), report.problems().toString());
        assertTrue(report.problems().getFirst().contains("model.safetensors"));
        assertTrue(report.shape().isPresent());
        assertEquals(Map.of("model.safetensors", 100_000L), report.files());
        assertEquals(0, report.parameters());
    }

    @Test
    void configThatContradictsTheTensorsIsTheProblem() throws IOException {
        replace(
                copyOfDemo().resolve("config.json"),
                "\"intermediate_size\": ",
                "\"intermediate_size\": 1");

        ModelReport report = ModelReport.of(dir);

        assertEquals(1, report.problems().size(), report.problems().toString());
        assertTrue(report.problems().getFirst().contains("from config.json"));
        assertTrue(report.parameters() > 0);
    }

    @Test
    void damagedTokenizerIsTheProblem() throws IOException {
        Files.writeString(copyOfDemo().resolve("tokenizer.json"), "{");

        ModelReport report = ModelReport.of(dir);

        assertEquals(OptionalInt.empty(), report.tokenizer().vocab());
        assertEquals(List.of(report.tokenizer().problem().orElseThrow()), report.problems());
    }

    @Test
    void templateThatDoesNotParseIsTheProblem() throws IOException {
        Files.writeString(copyOfDemo().resolve("chat_template.jinja"), "{% if %}");

        ModelReport report = ModelReport.of(dir);

        assertEquals(1, report.problems().size(), report.problems().toString());
        assertEquals(OptionalInt.of(8), report.chatTemplate());
    }

    static List<Path> goldenModels() throws IOException {
        Path models = Path.of(System.getProperty("apus.testdata"), "models");
        try (Stream<Path> folders = Files.list(models)) {
            return folders.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("goldenModels")
    void everyGoldenModelIsDescribedWhole(Path model) {
        ModelReport report = ModelReport.of(model);

        assertEquals(List.of(), report.problems());
        ModelReport.Shape shape = report.shape().orElseThrow();
        assertTrue(shape.heldTokens() > 0 && shape.heldTokens() <= shape.context());
        assertTrue(report.parameters() > (long) shape.vocab() * shape.hidden());
        long stored = report.formats().values().stream().mapToLong(ModelReport.Amount::bytes).sum();
        assertEquals(1, report.weightMemory().orElseThrow() / (double) stored, 0.05);
        assertEquals(
                report.weightMemory().getAsLong() + shape.kvBytesPerToken() * shape.heldTokens(),
                report.memory().orElseThrow());
    }

    @Test
    void packedParametersAreCountedAsTheModelSeesThem() {
        // The same shape, once in words of eight numbers.
        Path models = Path.of(System.getProperty("apus.testdata"), "models");
        ModelReport packed = ModelReport.of(models.resolve("llama-gptq-int4"));
        long inTheFile =
                packed.formats().values().stream().mapToLong(ModelReport.Amount::parameters).sum();
        assertEquals(
                ModelReport.of(models.resolve("llama-awq-int4")).parameters(), packed.parameters());
        assertTrue(packed.parameters() > 1.5 * inTheFile);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "llama-gptq-int4 | \"bits\": 4 | \"bits\": 8 | GPTQ with 8 bits is not supported; 4 bits are",
                "llama-awq-int4 | \"gemm\" | \"gemv\" | version 'gemv', is not supported",
                "llama-fp8-channel | \"float-quantized\" | \"pack-quantized\" | 'pack-quantized' is not supported",
                "llama2-mha | \"vocab_size\": | \"quantization_config\": {\"quant_method\":"
                        + " \"bitsandbytes\"}, \"vocab_size\": | quantised by 'bitsandbytes'",
                "opt | \"word_embed_proj_dim\": 64 | \"word_embed_proj_dim\": 32 |"
                        + " word_embed_proj_dim",
                "opt | \"do_layer_norm_before\": true | \"do_layer_norm_before\": false |"
                        + " do_layer_norm_before",
            })
    void whatIsNotSupportedIsNamed(String model, String from, String to, String problem)
            throws IOException {
        Path original = Path.of(System.getProperty("apus.testdata"), "models", model);
        try (Stream<Path> files = Files.list(original)) {
            for (Path file : files.toList()) {
                Files.copy(file, dir.resolve(file.getFileName()));
            }
        }
        replace(dir.resolve("config.json"), from, to);

        ModelReport report = ModelReport.of(dir);

        assertFalse(report.usable());
        assertEquals(1, report.problems().size(), report.problems().toString());
        assertTrue(report.problems().getFirst().contains(problem), report.problems().getFirst());
        assertTrue(report.tokenizer().vocab().isPresent(), "the other parts are told all the same");
    }

    @Test
    void quantisationIsNamed() {
        Path models = Path.of(System.getProperty("apus.testdata"), "models");

        assertEquals(
                Optional.of("gptq"),
                ModelReport.of(models.resolve("llama-gptq-int4")).quantization());
        assertEquals(Optional.empty(), ModelReport.of(DEMO).quantization());
    }

    @Test
    void missingFolderAndEmptyFolderAreReports() {
        assertTrue(
                ModelReport.of(dir.resolve("nowhere")).problems().getFirst().contains("nowhere"));
        assertTrue(ModelReport.of(dir).problems().getFirst().contains("config.json"));
    }
}
