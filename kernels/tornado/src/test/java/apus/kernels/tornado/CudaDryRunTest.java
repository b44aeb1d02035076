package apus.kernels.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import apus.format.DType;
import apus.format.checkpoint.Checkpoint;
import apus.kernels.Driver;
import apus.kernels.Driver.Seq;
import apus.kernels.Executor;
import apus.kernels.ExecutorOptions;
import apus.kernels.ExecutorOptions.CpuChoice;
import apus.kernels.GoldenModel;
import apus.kernels.KvShape;
import apus.kernels.Quantization;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.ShortArray;

/**
 * Every kernel that a GPU of NVIDIA would get, lowered to CUDA C and compiled by nvcc, on a machine
 * that has no such GPU: a driver that runs nothing stands in (see src/test/native). This says that
 * kernels compile, and nothing about what they compute.
 */
final class CudaDryRunTest {
    private static final int TOKENS = 32;
    private static final int BLOCKS = 16;
    private static final Optional<String> FOLDER =
            Optional.ofNullable(System.getenv("APUS_DRY_RUN"));
    private static int models;

    @BeforeEach
    void onlyOnTheDriverThatRunsNothing() {
        assumeTrue(
                FOLDER.isPresent(),
                "skipped: APUS_DRY_RUN is not set, see kernels/tornado/src/test/native/README.md");
        assertTrue(
                Targets.chosen().name().startsWith("dry run"),
                "APUS_DRY_RUN is set, but the device is " + Targets.chosen().name());
    }

    /** Opens the model and takes steps of one token and of many. */
    private static void step(
            GoldenModel model, Path dir, Quantization quantization, boolean graphs) {
        step(model, dir, quantization, graphs, 0);
    }

    private static void step(
            GoldenModel model,
            Path dir,
            Quantization quantization,
            boolean graphs,
            int tensorParts) {
        Tuning tuning =
                new Tuning(
                        "1,8",
                        Optional.of(true),
                        Grid.DEFAULT,
                        tensorParts,
                        Tuning.MAX_ELEMENTS,
                        GraphDraft.MOST_TASKS,
                        graphs);
        try (Checkpoint checkpoint = Checkpoint.open(dir);
                Executor executor =
                        new TornadoExecutor(
                                checkpoint,
                                new ExecutorOptions(
                                        1, TOKENS, 1, TOKENS, 128, CpuChoice.SCALAR, quantization),
                                Targets.chosen(),
                                tuning)) {
            executor.allocateKv(new KvShape(1 + BLOCKS, 8));
            Driver driver = new Driver(executor, TOKENS, 1, 8, BLOCKS, 0);
            int[] prompt = model.longestPrompt().ids();
            int length = Math.min(prompt.length, 20);
            Seq seq = driver.start(Arrays.copyOf(prompt, length), 0);
            driver.run(TOKENS, seq);
            for (int i = 0; i < 3; i++) {
                seq.append(prompt[i]);
                driver.run(1, seq);
            }
            assertEquals(length + 3, seq.logits.size());
            models++;
        }
    }

    @Test
    void everyFamilyThatADeviceTakesBecomesCuda() {
        int opened = 0;
        for (GoldenModel model : GoldenModel.all("")) {
            step(model, model.dir(), Quantization.NONE, true);
            opened++;
        }
        assertTrue(opened > 10, () -> "models of the golden pack were opened: " + models);
    }

    @Test
    void everyFormatOfWeightsBecomesCuda(@TempDir Path f16, @TempDir Path f32) throws IOException {
        for (String name : List.of("llama2-mha", "gpt2", "gemma2")) {
            GoldenModel model = GoldenModel.all(name).getFirst();
            step(model, model.dir(), Quantization.INT8, true);
            step(model, model.dir(), Quantization.INT4, true);
        }
        GoldenModel model = GoldenModel.all("llama2-mha").getFirst();
        Retyped.copy(model.dir(), DType.F16, f16);
        step(model, f16, Quantization.NONE, true);
        Retyped.copy(model.dir(), DType.F32, f32);
        step(model, f32, Quantization.NONE, true);
    }

    @Test
    void graphsAreLaunchedAsAWholeOrNot() {
        GoldenModel model = GoldenModel.all("llama2-mha").getFirst();
        step(model, model.dir(), Quantization.NONE, false);
    }

    @ParameterizedTest
    @CsvSource({"llama2-mha, 1", "llama2-mha, 2", "gpt2, 2", "gemma2, 1"})
    void productsOnTensorCoresBecomeCuda(String name, int parts) {
        GoldenModel model = GoldenModel.all(name).getFirst();
        step(model, model.dir(), Quantization.NONE, true, parts);
    }

    /** As many columns as loops are not unrolled for, whose sums go round. */
    @ParameterizedTest
    @CsvSource({"5, 1", "5, 2", "70, 1", "70, 2"})
    void longProductsOnTensorCoresBecomeCuda(int tokens, int parts) {
        int rows = 100;
        int cols = 2056;
        Samples samples = new Samples(3);
        FloatArray x = samples.floats(tokens * cols);
        ShortArray data = samples.bf16(rows * cols);
        FloatArray bias = samples.floats(rows);
        FloatArray y = new FloatArray(tokens * rows);
        ShortArray inputs = new ShortArray(parts * tokens * cols);
        FloatArray sums = new FloatArray((int) TensorProducts.sumsOf(rows, tokens));
        DeviceMatrix w =
                new DeviceMatrix(
                        "w",
                        rows,
                        cols,
                        List.of(new Numbers.Bf16(rows, data)),
                        List.of(bias),
                        true);
        GridScheduler grids = new GridScheduler();
        GraphDraft draft = new GraphDraft("once", 0, grids);
        draft.input(x, data, bias, y, inputs, sums);
        new TensorProducts(inputs, sums, parts)
                .write(draft, new Product(w, x, y, tokens, rows, 0, Ending.STORE), data);
        OnDevice.run(draft, grids, y);
    }

    @AfterAll
    static void nvccTakesWhatWasWritten() throws IOException, InterruptedException {
        if (FOLDER.isEmpty()) {
            return;
        }
        NvccReport report = NvccReport.of(Path.of(FOLDER.get()));
        System.out.println("CUDA dry run: " + models + " models opened, " + report);
        assertTrue(report.sources() > 0, "no source was written");
        assertFalse(report.refused() > 0, report::messages);
    }
}
