package apus.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.format.Tiled;
import apus.format.UnsupportedModelException;
import apus.format.checkpoint.Checkpoint;
import apus.format.checkpoint.WeightMemory;
import apus.kernels.Driver;
import apus.kernels.Driver.Seq;
import apus.kernels.Executor;
import apus.kernels.ExecutorOptions;
import apus.kernels.ExecutorOptions.CpuChoice;
import apus.kernels.GoldenModel;
import apus.kernels.KvShape;
import apus.kernels.Quantization;
import apus.kernels.QuantizedSize;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole models, quantised when they are opened. */
final class QuantizedExecutorTest {
    private static final int BLOCKS = 16;
    private static final int TOKENS = 96;

    static List<GoldenModel> plainModels() {
        return GoldenModel.all("llama2,gemma,qwen3-moe,phi3,gpt2,mixtral,opt");
    }

    private static Executor open(
            Checkpoint checkpoint, int threads, CpuChoice kernels, Quantization quantization) {
        Executor executor =
                new CpuExecutorProvider()
                        .open(
                                checkpoint,
                                new ExecutorOptions(
                                        threads, TOKENS, 2, TOKENS, 128, kernels, quantization));
        executor.allocateKv(new KvShape(1 + 2 * BLOCKS, 8));
        return executor;
    }

    private static List<float[]> logits(
            Checkpoint checkpoint,
            int[] prompt,
            int chunk,
            int threads,
            CpuChoice kernels,
            Quantization quantization) {
        try (Executor executor = open(checkpoint, threads, kernels, quantization)) {
            Driver driver = new Driver(executor, TOKENS, 2, 8, BLOCKS, 0);
            Seq seq = driver.start(prompt, 1);
            driver.run(chunk, seq);
            return seq.logits;
        }
    }

    /** sqrt(sum (a - b)^2 / sum b^2). */
    private static double error(float[] found, float[] wanted) {
        double error = 0;
        double squares = 0;
        for (int i = 0; i < wanted.length; i++) {
            error += Math.pow(found[i] - wanted[i], 2);
            squares += Math.pow(wanted[i], 2);
        }
        return Math.sqrt(error / squares);
    }

    @ParameterizedTest
    @MethodSource("plainModels")
    void logitsStayNearThoseOfThePlainWeights(GoldenModel model) {
        try (Checkpoint checkpoint = Checkpoint.open(model.dir())) {
            for (GoldenModel.Prompt prompt : model.prompts().values()) {
                float[] wanted = prompt.finalLogits();
                for (CpuChoice kernels : List.of(CpuChoice.VECTOR, CpuChoice.SCALAR)) {
                    double eight =
                            error(
                                    logits(
                                                    checkpoint,
                                                    prompt.ids(),
                                                    TOKENS,
                                                    2,
                                                    kernels,
                                                    Quantization.INT8)
                                            .getLast(),
                                    wanted);
                    double four =
                            error(
                                    logits(
                                                    checkpoint,
                                                    prompt.ids(),
                                                    TOKENS,
                                                    2,
                                                    kernels,
                                                    Quantization.INT4)
                                            .getLast(),
                                    wanted);
                    String what = model + " " + prompt.name() + " " + kernels + ": ";
                    assertTrue(eight < 0.1, what + eight);
                    // Of 4 bits, only that models which choose no experts stay alike: in models as
                    // small as these, another expert is another model.
                    assertTrue(four < (model.name().startsWith("llama") ? 0.7 : 2), what + four);
                    assertTrue(eight < four, what + eight + " and " + four);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("plainModels")
    void chunksAndThreadsDoNotChangeABit(GoldenModel model) {
        int[] prompt = model.prompts().get("long").ids();
        try (Checkpoint checkpoint = Checkpoint.open(model.dir())) {
            for (Quantization quantization : List.of(Quantization.INT8, Quantization.INT4)) {
                List<float[]> wanted =
                        logits(checkpoint, prompt, 1, 1, CpuChoice.VECTOR, quantization);
                for (int chunk : new int[] {2, 7, TOKENS}) {
                    List<float[]> found =
                            logits(checkpoint, prompt, chunk, 2, CpuChoice.VECTOR, quantization);
                    for (int i = 0; i < wanted.size(); i++) {
                        assertArrayEquals(
                                wanted.get(i),
                                found.get(i),
                                model + " token " + i + " of " + chunk);
                    }
                }
            }
        }
    }

    @Test
    void anExecutorTellsHowFarItsWeightsAreFromTheGiven() {
        GoldenModel model = GoldenModel.all("llama2").getFirst();
        try (Checkpoint checkpoint = Checkpoint.open(model.dir());
                Executor plain = open(checkpoint, 1, CpuChoice.VECTOR, Quantization.NONE);
                Executor eight = open(checkpoint, 1, CpuChoice.VECTOR, Quantization.INT8)) {
            assertEquals(0, plain.info().quantizationError());
            double error = eight.info().quantizationError();
            assertTrue(error > 0.002 && error < 0.008, "error " + error);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama-fp8-channel", "qwen3-fp8-block", "gpt-oss", "llama-gptq-int4"})
    void packedWeightsArePlannedAsTheCopiesInTilesThatTheyBecome(String name) {
        Path dir = Path.of(System.getProperty("apus.testdata"), "models", name);
        try (Checkpoint checkpoint = Checkpoint.open(dir)) {
            WeightMemory planned = QuantizedSize.memory(checkpoint, Quantization.NONE);
            assertEquals(checkpoint.memory().bytes(), planned.bytes());
            long packed =
                    checkpoint.spec().weights().stream()
                            .distinct()
                            .filter(checkpoint::isPacked)
                            .mapToLong(ref -> checkpoint.weight(ref).bytes())
                            .sum();
            assertTrue(packed > 0 && planned.copied() >= packed, planned + ", packed " + packed);
        }
    }

    @ParameterizedTest
    @MethodSource("plainModels")
    void memoryIsPlannedAsItWillBe(GoldenModel model) {
        try (Checkpoint checkpoint = Checkpoint.open(model.dir());
                Workers workers = new Workers(1);
                Arena arena = Arena.ofShared()) {
            assertEquals(checkpoint.memory(), QuantizedSize.memory(checkpoint, Quantization.NONE));
            for (Quantization quantization : List.of(Quantization.INT8, Quantization.INT4)) {
                // Tiles of one row, which never have to be filled up.
                Packing packing = new Packing(new ScalarKernels(), 1, quantization, workers, arena);
                long bytes = 0;
                for (Plan.Matrix m :
                        Plan.of(checkpoint, arena, ref -> packing.read(checkpoint, ref))
                                .matrices()) {
                    if (m.weight().format() instanceof Tiled) {
                        bytes += m.weight().bytes() - 2 * Tiled.SLACK;
                    }
                }
                long copied = QuantizedSize.memory(checkpoint, quantization).copied();
                assertEquals(bytes, copied);
            }
        }
    }

    @Test
    void aModelThatIsQuantisedAlreadyIsRefused() {
        GoldenModel model = GoldenModel.all("llama-gptq").getFirst();
        try (Checkpoint checkpoint = Checkpoint.open(model.dir())) {
            String message =
                    assertThrows(
                                    UnsupportedModelException.class,
                                    () ->
                                            open(checkpoint, 2, CpuChoice.AUTO, Quantization.INT8)
                                                    .close())
                            .getMessage();
            assertTrue(message.contains("quantised already"), message);
        }
    }
}
