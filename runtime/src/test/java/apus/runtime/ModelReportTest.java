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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
        assertEquals(
                List.of(new ModelReport.Backend("cpu", true, "")),
                report.backends().stream().filter(b -> b.name().equals("cpu")).toList());
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
