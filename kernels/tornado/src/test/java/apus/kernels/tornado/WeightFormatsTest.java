package apus.kernels.tornado;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.format.DType;
import apus.format.UnsupportedModelException;
import apus.format.checkpoint.Checkpoint;
import apus.kernels.Driver;
import apus.kernels.Driver.Seq;
import apus.kernels.Executor;
import apus.kernels.ExecutorOptions;
import apus.kernels.ExecutorOptions.CpuChoice;
import apus.kernels.GoldenModel;
import apus.kernels.KvShape;
import apus.kernels.Quantization;
import apus.kernels.cpu.CpuExecutorProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Whole models in every format that weights may have on a device, beside the CPU. */
final class WeightFormatsTest {
    private static final int TOKENS = 32;
    private static final int BLOCKS = 16;

    /** Two sums of the same numbers in another order, as a share of the largest logit. */
    private static final float NEAR = 1e-4f;

    private static ExecutorOptions options(Quantization quantization) {
        return new ExecutorOptions(1, TOKENS, 1, TOKENS, 128, CpuChoice.SCALAR, quantization);
    }

    private static Executor onDevice(
            Checkpoint checkpoint,
            Quantization quantization,
            boolean groups,
            long maxElements,
            int mostTasks) {
        Tuning tuning =
                new Tuning("1", Optional.of(groups), Grid.DEFAULT, 0, maxElements, mostTasks, true);
        return new TornadoExecutor(checkpoint, options(quantization), Targets.chosen(), tuning);
    }

    private static Executor onDevice(
            Checkpoint checkpoint, Quantization quantization, boolean groups) {
        return onDevice(
                checkpoint, quantization, groups, Tuning.MAX_ELEMENTS, GraphDraft.MOST_TASKS);
    }

    /** Logits of every token of a prompt of the model, the last ones fed one by one. */
    private static List<float[]> logits(GoldenModel model, Executor executor) {
        try (executor) {
            executor.allocateKv(new KvShape(1 + BLOCKS, 8));
            Driver driver = new Driver(executor, TOKENS, 1, 8, BLOCKS, 0);
            int[] prompt = model.longestPrompt().ids();
            Seq seq = driver.start(java.util.Arrays.copyOf(prompt, 20), 0);
            driver.run(TOKENS, seq);
            for (int i = 20; i < 24; i++) {
                seq.append(prompt[i]);
                driver.run(1, seq);
            }
            return seq.logits;
        }
    }

    private static void assertNear(List<float[]> wanted, List<float[]> found) {
        assertEquals(24, found.size());
        for (int i = 0; i < wanted.size(); i++) {
            float most = 0;
            for (float logit : wanted.get(i)) {
                most = Math.max(most, Math.abs(logit));
            }
            assertArrayEquals(wanted.get(i), found.get(i), NEAR * most, "token " + i);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "llama2-mha, INT8, false",
        "llama2-mha, INT4, false",
        "llama2-mha, INT8, true",
        "llama2-mha, INT4, true",
        "gpt2, INT8, false",
        "gemma2, INT4, true",
        "mixtral, INT8, false",
        "qwen3-moe, INT4, true"
    })
    void quantisedWeightsAreThoseThatTheCpuMultipliesWith(
            String name, Quantization quantization, boolean groups) {
        GoldenModel model = GoldenModel.all(name).getFirst();
        try (Checkpoint checkpoint = Checkpoint.open(model.dir())) {
            Executor cpu = new CpuExecutorProvider().open(checkpoint, options(quantization));
            Executor device = onDevice(checkpoint, quantization, groups);
            double error = cpu.info().quantizationError();
            assertEquals(error, device.info().quantizationError(), 1e-6 * error);
            assertTrue(error > 0.001);
            assertNear(logits(model, cpu), logits(model, device));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "F16"})
    void plainNumbersOfEveryTypeAreMultipliedWith(DType type, @TempDir Path dir)
            throws IOException {
        GoldenModel model = GoldenModel.all("llama2-mha").getFirst();
        Retyped.copy(model.dir(), type, dir);
        try (Checkpoint checkpoint = Checkpoint.open(dir)) {
            List<float[]> wanted =
                    logits(
                            model,
                            new CpuExecutorProvider().open(checkpoint, options(Quantization.NONE)));
            for (boolean groups : new boolean[] {false, true}) {
                Executor device = onDevice(checkpoint, Quantization.NONE, groups);
                assertNear(wanted, logits(model, device));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"llama2-mha, false", "gpt2, true"})
    void matricesThatAreCutIntoPartsGiveTheSameBits(String name, boolean groups) {
        GoldenModel model = GoldenModel.all(name).getFirst();
        try (Checkpoint checkpoint = Checkpoint.open(model.dir())) {
            int hidden = checkpoint.spec().hidden();
            // Room for 150 rows: the longer matrices become parts, gate and up among them.
            Executor cut =
                    onDevice(
                            checkpoint,
                            Quantization.NONE,
                            groups,
                            150L * hidden,
                            GraphDraft.MOST_TASKS);
            Executor whole = onDevice(checkpoint, Quantization.NONE, groups);
            List<float[]> wanted = logits(model, whole);
            List<float[]> found = logits(model, cut);
            for (int i = 0; i < wanted.size(); i++) {
                assertArrayEquals(wanted.get(i), found.get(i), "token " + i);
            }
        }
    }

    @Test
    void aPassOfSeveralGraphsGivesTheSameBits() {
        GoldenModel model = GoldenModel.all("gemma2").getFirst();
        try (Checkpoint checkpoint = Checkpoint.open(model.dir())) {
            // A graph for the embedding and one for each layer.
            Executor cut = onDevice(checkpoint, Quantization.NONE, false, Tuning.MAX_ELEMENTS, 1);
            List<float[]> wanted = logits(model, onDevice(checkpoint, Quantization.NONE, false));
            List<float[]> found = logits(model, cut);
            for (int i = 0; i < wanted.size(); i++) {
                assertArrayEquals(wanted.get(i), found.get(i), "token " + i);
            }
        }
    }

    @Test
    void expertsThatAreLongerThanAnArrayAreRefused() {
        GoldenModel model = GoldenModel.all("mixtral").getFirst();
        try (Checkpoint checkpoint = Checkpoint.open(model.dir())) {
            int hidden = checkpoint.spec().hidden();
            String message =
                    assertThrows(
                                    UnsupportedModelException.class,
                                    () ->
                                            onDevice(
                                                            checkpoint,
                                                            Quantization.NONE,
                                                            false,
                                                            150L * hidden,
                                                            GraphDraft.MOST_TASKS)
                                                    .close())
                            .getMessage();
            assertTrue(message.contains("experts of a layer have"), message);
        }
    }

    @Test
    void aModelThatIsQuantisedAlreadyIsNotQuantisedAgain() {
        GoldenModel model = GoldenModel.all("llama-gptq").getFirst();
        try (Checkpoint checkpoint = Checkpoint.open(model.dir())) {
            String message =
                    assertThrows(
                                    UnsupportedModelException.class,
                                    () -> onDevice(checkpoint, Quantization.INT8, false).close())
                            .getMessage();
            assertTrue(message.contains("quantised already"), message);
        }
    }
}
