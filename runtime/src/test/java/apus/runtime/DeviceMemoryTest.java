package apus.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.format.checkpoint.Checkpoint;
import apus.kernels.DeviceMemory;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How the cache is sized where it lies in a device's memory. */
@Timeout(60)
final class DeviceMemoryTest {
    private static final Path DEMO = Path.of(System.getProperty("apus.demoModel"));

    /** 6 layers, keys and values, 4 heads of 32 floats, 16 tokens. */
    private static final long BLOCK = 16L * 6 * 2 * 4 * 32 * 4;

    private final FakeProvider fake = new FakeProvider();

    private static EngineOptions.Builder options() {
        return EngineOptions.builder().threads(1).maxSequences(4).selfCheck(Optional.of(false));
    }

    /** An engine on a host with one byte to spare. */
    private Engine open(EngineOptions options) {
        Checkpoint checkpoint = Checkpoint.open(DEMO);
        try {
            return new EngineOpener(checkpoint, options, new Backends(List.of(fake), List.of()), 1)
                    .open();
        } catch (RuntimeException | Error e) {
            checkpoint.close();
            throw e;
        }
    }

    /** Of the buffers that the executor makes for these options. */
    private long workspace() {
        try (Engine engine = open(options().build())) {
            return engine.model().workspaceBytes();
        }
    }

    @Test
    void hostMemoryDoesNotMatter() {
        try (Engine engine = open(options().build())) {
            assertEquals("fake", engine.model().backend());
            assertEquals(4 * 64, engine.model().kvBlocks(), "four full sequences");
        }
    }

    @Test
    void cacheTakesWhatWeightsAndBuffersLeaveOfNineTenths() {
        long weights = 1000;
        long bytes = (weights + workspace() + 100 * BLOCK) * 10 / 9 + 10;
        fake.memory = Optional.of(new DeviceMemory(bytes, weights, Long.MAX_VALUE));
        try (Engine engine = open(options().build())) {
            assertEquals(100, engine.model().kvBlocks());
            assertEquals(100 * BLOCK, engine.model().kvCacheBytes());
            assertEquals(weights, engine.model().weightMemoryBytes());
        }
    }

    @Test
    void shareOfTheMemoryIsTheUsers() {
        long bytes = (workspace() + 70 * BLOCK) * 2 + 2;
        fake.memory = Optional.of(new DeviceMemory(bytes, 0, Long.MAX_VALUE));
        try (Engine engine = open(options().memoryShare(OptionalDouble.of(0.5)).build())) {
            assertEquals(70, engine.model().kvBlocks());
        }
        RequestException e =
                assertThrows(
                        RequestException.class,
                        () -> open(options().memoryShare(OptionalDouble.of(1e-6)).build()));
        assertEquals("gpu_memory_utilization", e.param());
        assertTrue(fake.closed);
    }

    @Test
    void cacheThatDoesNotFitIsRefusedWithFigures() {
        fake.memory = Optional.of(new DeviceMemory(3L << 30, 3L << 30, Long.MAX_VALUE));
        MemoryException e =
                assertThrows(
                        MemoryException.class,
                        () -> open(options().kvCacheBytes(100 * BLOCK).build()));
        assertTrue(e.getMessage().contains("device's memory"), e.getMessage());
        assertTrue(e.getMessage().contains("weights 3.0 GiB"), e.getMessage());
        assertEquals(3L << 30, e.available());
    }

    @Test
    void cacheIsNoLongerThanTheDeviceCanIndex() {
        fake.memory = Optional.of(new DeviceMemory(1L << 40, 0, 33 * 16 + 15));
        try (Engine engine = open(options().build())) {
            assertEquals(32, engine.model().kvBlocks(), "beside the null block");
            assertEquals(33, fake.kv.blocks());
        }
    }
}
