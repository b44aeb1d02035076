package apus.kernels.cpu;

import apus.format.checkpoint.Checkpoint;
import apus.kernels.Executor;
import apus.kernels.ExecutorContract;
import apus.kernels.ExecutorOptions;
import apus.kernels.ExecutorOptions.CpuChoice;
import apus.kernels.Quantization;

/** The contract on the Vector API kernels. */
final class CpuVectorExecutorTest extends ExecutorContract {
    @Override
    protected Executor open(Checkpoint checkpoint, int threads, int maxTokens, int maxSequences) {
        ExecutorOptions options =
                new ExecutorOptions(
                        threads,
                        maxTokens,
                        maxSequences,
                        maxTokens,
                        4096,
                        CpuChoice.VECTOR,
                        Quantization.NONE);
        return new CpuExecutorProvider().open(checkpoint, options);
    }
}
