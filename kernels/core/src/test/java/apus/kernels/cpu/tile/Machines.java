package apus.kernels.cpu.tile;

import apus.kernels.ActivationPrecision;
import apus.kernels.cpu.CpuKernels;
import java.util.Optional;

/**
 * On what tile kernels are tested: an interpreter everywhere, and the processor's own tiles where
 * there are some and {@code -Dapus.tiles=true} allows it. No hardware has run this code yet, and
 * what a processor makes of a wrong instruction ends the JVM.
 */
public enum Machines {
    INTERPRETER,
    PROCESSOR;

    /** Why tests on this one are left out; empty if they run. */
    public Optional<String> missing() {
        if (this == INTERPRETER) {
            return Optional.empty();
        }
        if (!Boolean.getBoolean("apus.tiles")) {
            return Optional.of("real matrix tiles are tested with -Dapus.tiles=true only");
        }
        return TileKernels.missing().map(reason -> "no matrix tiles: " + reason);
    }

    /** Kernels that compute here. */
    public CpuKernels kernels(ActivationPrecision precision, CpuKernels rest) {
        return switch (this) {
            case INTERPRETER ->
                    TileKernels.open(new FakeHost(), new Interpreter(), precision, rest);
            case PROCESSOR -> TileKernels.open(precision, rest);
        };
    }
}
