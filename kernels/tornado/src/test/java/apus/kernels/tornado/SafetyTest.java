package apus.kernels.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import apus.format.checkpoint.Checkpoint;
import apus.kernels.Batch;
import apus.kernels.Device;
import apus.kernels.DeviceException;
import apus.kernels.DeviceMemory;
import apus.kernels.Executor;
import apus.kernels.ExecutorOptions;
import apus.kernels.ExecutorOptions.CpuChoice;
import apus.kernels.ExecutorProvider;
import apus.kernels.GoldenModel;
import apus.kernels.KvShape;
import apus.kernels.Quantization;
import apus.kernels.Support;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** What is refused, what stops, and with which words. */
final class SafetyTest {
    private static final Tuning TUNING =
            new Tuning(
                    "1",
                    Optional.of(false),
                    Grid.DEFAULT,
                    0,
                    Tuning.MAX_ELEMENTS,
                    GraphDraft.MOST_TASKS,
                    true);
    private static final ExecutorOptions OPTIONS =
            new ExecutorOptions(1, 4, 1, 4, 64, CpuChoice.AUTO, Quantization.NONE);

    private static Checkpoint checkpoint(String name) {
        return Checkpoint.open(GoldenModel.all(name).getFirst().dir());
    }

    private static ExecutorProvider provider() {
        return ServiceLoader.load(ExecutorProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(p -> p.name().equals("tornado"))
                .findFirst()
                .orElseThrow();
    }

    private static String refusal(org.junit.jupiter.api.function.Executable body) {
        return assertThrows(DeviceException.class, body).getMessage();
    }

    @Test
    void theProviderRanksItsDeviceAndNamesIt() {
        Target target = Targets.chosen();
        try (Checkpoint checkpoint = checkpoint("llama2-mha")) {
            Support.Yes yes = assertInstanceOf(Support.Yes.class, provider().supports(checkpoint));
            assertEquals(target.isGpu(), yes.rank() > 10, "the CPU's rank is 10");
        }
        List<Device> devices = provider().devices();
        assertEquals(target.name(), devices.getFirst().name());
        assertTrue(devices.getFirst().memoryBytes() > 0);
    }

    @Test
    void tensorCoresAreRefusedWhereThereAreNone() {
        Tuning tuning =
                new Tuning(
                        "1",
                        Optional.of(true),
                        Grid.DEFAULT,
                        2,
                        Tuning.MAX_ELEMENTS,
                        GraphDraft.MOST_TASKS,
                        true);
        Target target = Targets.chosen();
        assumeTrue(target.backend() == TornadoVMBackendType.OPENCL);
        try (Checkpoint checkpoint = checkpoint("llama2-mha")) {
            String message =
                    refusal(() -> new TornadoExecutor(checkpoint, OPTIONS, target, tuning).close());
            assertTrue(message.startsWith("apus.tornado.tensorCores asks for"), message);
            assertTrue(message.contains(target.driver()), message);
        }
    }

    @Test
    void aJvmThatWouldGoOnWithoutTheDeviceIsRefused() {
        String before = System.setProperty("tornado.recover.bailout", "True");
        try (Checkpoint checkpoint = checkpoint("llama2-mha")) {
            Support.No no = assertInstanceOf(Support.No.class, provider().supports(checkpoint));
            assertTrue(no.reason().contains("-Dtornado.recover.bailout=False"), no.reason());
        } finally {
            System.setProperty("tornado.recover.bailout", before);
        }
    }

    @Test
    void memoryIsSaidAndWhatDoesNotFitIsRefusedWithFigures() {
        Target target = Targets.chosen();
        try (Checkpoint checkpoint = checkpoint("llama2-mha")) {
            DeviceMemory memory;
            try (Executor executor = new TornadoExecutor(checkpoint, OPTIONS, target, TUNING)) {
                memory = executor.info().deviceMemory().orElseThrow();
                assertEquals(1, memory.bytes() / (double) target.budget(), 0.1);
                assertTrue(memory.weightBytes() >= checkpoint.weightBytes() * 9 / 10);
                assertTrue(memory.maxCacheTokens() > 1000);
            }
            Target tiny = new Target(target.device(), memory.weightBytes());
            String message = refusal(() -> new TornadoExecutor(checkpoint, OPTIONS, tiny, TUNING));
            assertTrue(message.contains("do not fit into"), message);
            Target small = new Target(target.device(), memory.weightBytes() + (8 << 20));
            try (Executor executor = new TornadoExecutor(checkpoint, OPTIONS, small, TUNING)) {
                String cache = refusal(() -> executor.allocateKv(new KvShape(1 << 16, 16)));
                assertTrue(cache.contains("key/value cache of"), cache);
            }
        }
    }

    /** Arguments keep their names, and this one is a word of C. */
    static void kernelThatDoesNotCompile(FloatArray struct) {
        for (@Parallel int i = 0; i < 1; i++) {
            for (int n = 0; n < struct.getSize(); n++) {
                struct.set(n, n + 3f);
            }
        }
    }

    @Test
    void aKernelThatDoesNotCompileStopsAndIsNamed() {
        FloatArray y = new FloatArray(4);
        GridScheduler grids = new GridScheduler();
        TaskGraph load =
                new TaskGraph(LoadWriter.name(0))
                        .task("bad", SafetyTest::kernelThatDoesNotCompile, y)
                        .transferToHost(DataTransferMode.EVERY_EXECUTION, y);
        try (Plans plans = new Plans(Targets.chosen(), List.of(load), List.of(), y, grids, true)) {
            String message = refusal(plans::warm);
            assertTrue(message.contains("kernelThatDoesNotCompile"), message);
            assertEquals(0f, y.get(1), "nothing else may have computed it");
            String again = refusal(plans::warm);
            assertTrue(again.contains("failed before"), again);
        }
    }

    @Test
    void aContextBeyondTheOptionsIsAnError() {
        try (Checkpoint checkpoint = checkpoint("llama2-mha");
                Executor executor =
                        new TornadoExecutor(checkpoint, OPTIONS, Targets.chosen(), TUNING)) {
            executor.allocateKv(new KvShape(32, 8));
            Batch batch = new Batch(4, 1, 4, 16);
            batch.tokens = 1;
            batch.sequences = 1;
            batch.seqStart[1] = 1;
            batch.positions[0] = 64;
            batch.ropeLength[0] = 65;
            batch.contextLen[0] = 65;
            String message =
                    assertThrows(IllegalArgumentException.class, () -> executor.forward(batch))
                            .getMessage();
            assertEquals("a context of 65 tokens, opened for 64", message);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "workgroup.matvec = 100, workgroup.matvec must be a multiple of 32 up to 256",
        "workgroup.norm = 96, workgroup.norm must be a power of two up to 256",
        "workgroup.attention = many, workgroup.attention must be a whole number",
        "workgroup.size = 32, 'workgroup.size' is not known"
    })
    void aGridThatCannotBeIsRefused(String line, String wanted, @TempDir Path dir)
            throws IOException {
        Path file = Files.writeString(dir.resolve("grid.properties"), line);
        String message = refusal(() -> Grid.read(file));
        assertTrue(message.contains(wanted), message);
    }

    @Test
    void aGridFileReplacesWhatItNames(@TempDir Path dir) throws IOException {
        Path file =
                Files.writeString(
                        dir.resolve("grid.properties"),
                        "# for this device\nworkgroup.matvec = 64\nworkgroup.attention=64\n");
        assertEquals(new Grid(64, 256, 64, 256), Grid.read(file));
    }

    @Test
    void bucketsArePowersOfTwoUpToTheMostOrThoseAskedFor() {
        assertEquals("1 2 4 8 12", text(Buckets.upTo(12, "")));
        assertEquals("1 2 4 8", text(Buckets.upTo(8, "")));
        assertEquals("2 5 12", text(Buckets.upTo(12, " 5,2, 99")));
        assertEquals(1, Buckets.upTo(8, "").of(2));
        assertEquals(2, Buckets.upTo(8, "").of(3));
        assertThrows(IllegalArgumentException.class, () -> Buckets.upTo(8, "1,x"));
        assertThrows(IllegalArgumentException.class, () -> Buckets.upTo(8, "").of(9));
    }

    private static String text(Buckets buckets) {
        StringBuilder text = new StringBuilder();
        for (int size : buckets.sizes()) {
            text.append(text.isEmpty() ? "" : " ").append(size);
        }
        return text.toString();
    }
}
