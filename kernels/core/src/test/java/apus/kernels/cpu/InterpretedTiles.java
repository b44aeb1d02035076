package apus.kernels.cpu;

import apus.format.checkpoint.Checkpoint;
import apus.kernels.Executor;
import apus.kernels.ExecutorOptions;
import apus.kernels.ExecutorOptions.CpuChoice;
import apus.kernels.ExecutorProvider;
import apus.kernels.Support;
import apus.kernels.cpu.tile.Machines;

/**
 * The CPU backend on a machine that would have matrix tiles and take them: {@code auto} and {@code
 * tile} give tile kernels whose code an interpreter runs. For tests of other modules, which name it
 * to the service loader; it ranks above the CPU backend and has its name.
 */
public final class InterpretedTiles implements ExecutorProvider {
    private static final int RANK = 20;
    private static final String WHY = "interpreted";

    @Override
    public String name() {
        return "cpu";
    }

    @Override
    public Support supports(Checkpoint checkpoint) {
        return new Support.Yes(RANK);
    }

    @Override
    public String about() {
        return "matrix tiles: " + WHY;
    }

    @Override
    public Executor open(Checkpoint checkpoint, ExecutorOptions options) {
        return switch (options.kernels()) {
            case AUTO, TILE -> {
                CpuKernels rest = KernelChoice.of(CpuChoice.VECTOR).kernels();
                CpuKernels tiles = Machines.INTERPRETER.kernels(options.activations(), rest);
                yield new CpuExecutor(checkpoint, options, tiles, WHY);
            }
            case VECTOR, SCALAR -> new CpuExecutorProvider().open(checkpoint, options);
        };
    }
}
