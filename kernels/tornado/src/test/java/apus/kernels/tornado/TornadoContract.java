package apus.kernels.tornado;

import apus.format.checkpoint.Checkpoint;
import apus.kernels.Executor;
import apus.kernels.ExecutorContract;
import apus.kernels.ExecutorOptions;
import apus.kernels.ExecutorOptions.CpuChoice;
import apus.kernels.Quantization;
import org.junit.jupiter.api.AfterAll;

/** The contract on the device that TornadoVM shows first. */
abstract class TornadoContract extends ExecutorContract {
    private final OpenedOnce opened;

    /**
     * @param groups whether by the kernels with work groups
     * @param tensorParts see {@link Tuning}
     */
    TornadoContract(boolean groups, int tensorParts) {
        opened = new OpenedOnce(groups, tensorParts);
    }

    @Override
    protected boolean isAllocationFree() {
        return false; // TornadoVM's interpreter does
    }

    @Override
    protected Executor open(Checkpoint checkpoint, int threads, int maxTokens, int maxSequences) {
        return opened.open(
                checkpoint,
                new ExecutorOptions(
                        threads,
                        maxTokens,
                        maxSequences,
                        maxTokens,
                        1024,
                        CpuChoice.AUTO,
                        Quantization.NONE));
    }

    @AfterAll
    void close() {
        opened.close();
    }
}
