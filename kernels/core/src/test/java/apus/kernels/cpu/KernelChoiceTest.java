package apus.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import apus.kernels.ActivationPrecision;
import apus.kernels.DeviceException;
import apus.kernels.ExecutorOptions.CpuChoice;
import apus.kernels.cpu.simd.VectorKernels;
import apus.kernels.cpu.tile.TileKernels;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which kernels serve, and what is said of it. */
final class KernelChoiceTest {
    @Test
    void autoTakesTheVectorApiAndSaysWhyNotTiles() {
        KernelChoice choice = KernelChoice.of(CpuChoice.AUTO);
        assertInstanceOf(VectorKernels.class, choice.kernels());
        String wanted =
                TileKernels.missing()
                        .map(reason -> "no matrix tiles: " + reason)
                        .orElse("matrix tiles: there, not yet taken by auto");
        assertEquals(wanted, choice.why());
    }

    @Test
    void tilesThatCannotBeHadAreAnErrorWithTheReason() {
        Optional<String> missing = TileKernels.missing();
        assumeTrue(missing.isPresent(), "this machine has tiles");
        DeviceException refused =
                assertThrows(DeviceException.class, () -> KernelChoice.of(CpuChoice.TILE));
        assertEquals("tile kernels cannot serve: " + missing.get(), refused.getMessage());
    }

    @ParameterizedTest
    @EnumSource(names = {"AUTO", "VECTOR", "SCALAR"})
    void kernelsThatKnowFloat32AloneRefuseAnotherPrecision(CpuChoice choice) {
        DeviceException refused =
                assertThrows(
                        DeviceException.class,
                        () -> KernelChoice.of(choice, ActivationPrecision.BF16));
        assertTrue(refused.getMessage().contains("bf16"), refused.getMessage());
    }
}
