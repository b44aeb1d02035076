package apus.kernels.cpu;

import apus.format.checkpoint.Checkpoint;
import apus.kernels.Executor;
import apus.kernels.ExecutorContract;
import apus.kernels.ExecutorOptions;
import apus.kernels.ExecutorOptions.CpuChoice;
import apus.kernels.Quantization;
import apus.kernels.cpu.tile.Machines;
import org.junit.jupiter.api.condition.EnabledIf;

/** The contract on real matrix tiles; left out, and counted, where there are none. */
@EnabledIf(
        value = "realTiles",
        disabledReason = "needs a processor with matrix tiles, and -Dapus.tiles=true")
final class CpuTileExecutorTest extends ExecutorContract {
    static boolean realTiles() {
        return Machines.PROCESSOR.missing().isEmpty();
    }

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
        return new CpuExecutorProvider().open(checkpoint, options);
    }
}
