package apus.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.format.checkpoint.Checkpoint;
import apus.format.checkpoint.WeightMemory;
import apus.kernels.ExecutorOptions.CpuChoice;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Models of real size, as files with holes: looked at, mapped and planned for in bounded time and
 * heap, and refused with the figures where they do not fit.
 */
@Timeout(120)
final class LargeCheckpointTest {
    /** Headers of thousands of tensors and their records; not a byte per weight. */
    private static final long MAX_HEAP = 600L << 20;

    private static final Path TOKENIZER =
            Path.of(System.getProperty("apus.testdata"), "models", "llama2-mha", "tokenizer.json");

    @TempDir Path dir;

    private long write(LargeCheckpoint model) throws IOException {
        Files.copy(TOKENIZER, dir.resolve("tokenizer.json"));
        return model.write(dir);
    }

    private static long allocated() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        return threads.getThreadAllocatedBytes(Thread.currentThread().threadId());
    }

    /** The makers' numbers of parameters. */
    @ParameterizedTest
    @CsvSource({
        "LLAMA_2_70B, 68976648192",
        "MIXTRAL_8X7B, 46702792704",
        "LLAMA_31_405B, 405853388800",
    })
    void aModelOfRealSizeIsLookedAtAndMapped(LargeCheckpoint model, long parameters)
            throws IOException {
        long stored = write(model);
        assertEquals(2 * parameters, stored, "two bytes each");

        long before = allocated();
        ModelReport report = ModelReport.of(dir);
        assertEquals(List.of(), report.problems());
        assertEquals(parameters, report.parameters());
        assertEquals(model.shards(), report.files().size());
        assertEquals(stored, report.weightMemory().orElseThrow());
        assertEquals(model.cachePerToken(), report.shape().orElseThrow().kvBytesPerToken());
        assertEquals(
                stored + model.cachePerToken() * model.context(), report.memory().orElseThrow());
        assertEquals(OptionalInt.empty(), report.chatTemplate());

        try (Checkpoint checkpoint = Checkpoint.open(dir)) {
            assertEquals(new WeightMemory(stored, 0), checkpoint.memory());
            checkpoint.spec().weights().forEach(w -> assertTrue(checkpoint.weight(w).bytes() > 0));
        }
        assertTrue(allocated() - before < MAX_HEAP, allocated() - before + " bytes");
    }

    private static EngineOptions.Builder options() {
        return EngineOptions.builder().kernels(CpuChoice.SCALAR).threads(1).maxSequences(2);
    }

    @Test
    void whatDoesNotFitIsRefusedWithWhatItNeedsAndWhatThereIs() throws IOException {
        write(LargeCheckpoint.LLAMA_2_70B);
        try (Checkpoint checkpoint = Checkpoint.open(dir)) {
            long available = 64L << 30;
            MemoryException e =
                    assertThrows(
                            MemoryException.class,
                            () ->
                                    new EngineOpener(
                                                    checkpoint,
                                                    options().build(),
                                                    Backends.onClassPath(),
                                                    available)
                                            .open());
            assertEquals(
                    "the model does not fit: its weights need 128.5 GiB, keys and values of one"
                            + " sequence of 4096 tokens 2.5 GiB, together 131.0 GiB; available are"
                            + " 64.0 GiB. Take a smaller or more quantised model, or set"
                            + " --kv-cache-memory to run this one slowly, from the disk",
                    e.getMessage());
            assertEquals(available, e.available());
            assertEquals(140_637_650_944L, e.needed());
        }
    }

    @Test
    void aCacheThatDoesNotFitIsRefusedWithWhatItNeedsAndWhatThereIs() throws IOException {
        write(LargeCheckpoint.LLAMA_2_70B);
        try (Checkpoint checkpoint = Checkpoint.open(dir)) {
            EngineOptions five = options().kvCacheBytes(5L << 30).build();
            MemoryException e =
                    assertThrows(
                            MemoryException.class,
                            () ->
                                    new EngineOpener(
                                                    checkpoint,
                                                    five,
                                                    Backends.onClassPath(),
                                                    4L << 30)
                                            .open());
            assertTrue(
                    e.getMessage()
                            .startsWith("the cache does not fit: keys and values need 5.0 GiB"),
                    e.getMessage());
            assertTrue(e.getMessage().contains("available are 4.0 GiB"), e.getMessage());
        }
    }

    @Test
    void anEngineOpensOnAModelLargerThanMemoryIfItsCacheIsSet() throws IOException {
        long stored = write(LargeCheckpoint.MIXTRAL_8X7B);
        long cache = 16 * 100 * LargeCheckpoint.MIXTRAL_8X7B.cachePerToken();
        EngineOptions few = options().kvCacheBytes(cache).build();
        // The engine owns the checkpoint.
        try (Engine engine =
                new EngineOpener(Checkpoint.open(dir), few, Backends.onClassPath(), 8L << 30)
                        .open()) {
            ModelInfo model = engine.model();
            assertEquals(stored, model.weightMemoryBytes());
            assertEquals(cache, model.kvCacheBytes());
            assertEquals(1600, model.maxModelLen());
            assertEquals(1, model.memoryBytes() / (double) (stored + cache), 0.05);
        }
    }
}
