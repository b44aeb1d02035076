package apus.kernels.cpu;

import apus.format.checkpoint.Checkpoint;
import apus.kernels.Executor;
import apus.kernels.ExecutorContract;
import apus.kernels.ExecutorOptions;
import apus.kernels.ExecutorOptions.CpuChoice;
import apus.kernels.Quantization;

/** The whole contract on tiles whose code an interpreter runs. */
final class InterpretedTileExecutorTest extends ExecutorContract {
    @Override
    protected Executor open(Checkpoint checkpoint, int threads, int maxTokens, int maxSequences) {
        ExecutorOptions options =
                new ExecutorOptions(
                        threads,
                        maxTokens,
                        maxSequences,
                        maxTokens,
                        4096,
                        CpuChoice.TILE,
                        Quantization.NONE);
        return new InterpretedTiles().open(checkpoint, options);
    }

    /** The interpreter does; what stands around it does not, see {@code TileAllocationTest}. */
    @Override
    protected boolean isAllocationFree() {
        return false;
    }
}
