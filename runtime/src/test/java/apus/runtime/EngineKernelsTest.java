package apus.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import apus.kernels.DeviceException;
import apus.kernels.ExecutorOptions.CpuChoice;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * That the engine's tests run on the kernels they are said to run on: without matrix tiles, and
 * once more on interpreted ones.
 */
@Timeout(60)
final class EngineKernelsTest {
    private static final Path DEMO = Path.of(System.getProperty("apus.demoModel"));
    private static final boolean TILES = Boolean.getBoolean("apus.engineTests.tiles");

    private static Engine open(CpuChoice kernels) {
        return Engine.open(
                DEMO, EngineOptions.builder().kernels(kernels).threads(1).maxSequences(2).build());
    }

    @ParameterizedTest
    @EnumSource(names = {"AUTO", "TILE"})
    void tilesServeWhereTheyAreInterpreted(CpuChoice kernels) throws InterruptedException {
        assumeTrue(TILES, "this run is without interpreted tiles");
        try (Engine engine = open(kernels)) {
            String device = engine.model().device();
            assertTrue(device.startsWith("matrix tiles, activations as float32"), device);
            assertTrue(device.endsWith("(interpreted)"), device);
            Request request = Request.of(new int[] {5, 6}, Sampling.GREEDY, Stops.after(2));
            assertEquals(2, engine.submit(request).await().usage().promptTokens());
        }
    }

    @Test
    void autoDoesWithoutTilesAndSaysSo() {
        assumeFalse(TILES, "this run is with interpreted tiles");
        try (Engine engine = open(CpuChoice.AUTO)) {
            String device = engine.model().device();
            assertTrue(device.startsWith("Vector API"), device);
            assertTrue(device.contains("matrix tiles: "), device);
        }
    }

    @Test
    void tilesThatAreAskedForAndRefusedAreAnErrorWithTheReason() {
        assumeFalse(TILES, "this run is with interpreted tiles");
        String why;
        try (Engine engine = open(CpuChoice.AUTO)) {
            String device = engine.model().device();
            int at = device.indexOf("no matrix tiles: ");
            assumeTrue(at >= 0, "this machine has tiles");
            why = device.substring(at + "no matrix tiles: ".length(), device.length() - 1);
        }
        DeviceException refused =
                assertThrows(DeviceException.class, () -> open(CpuChoice.TILE).close());
        assertTrue(refused.getMessage().contains(why), refused.getMessage());
    }
}
