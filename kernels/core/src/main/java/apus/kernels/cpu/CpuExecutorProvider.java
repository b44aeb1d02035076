package apus.kernels.cpu;

import apus.format.checkpoint.Checkpoint;
import apus.kernels.Executor;
import apus.kernels.ExecutorOptions;
import apus.kernels.ExecutorOptions.CpuChoice;
import apus.kernels.ExecutorProvider;
import apus.kernels.Support;

/** The CPU backend: takes every model a spec can describe. */
public final class CpuExecutorProvider implements ExecutorProvider {
    private static final int RANK = 10;

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
        KernelChoice choice = KernelChoice.of(CpuChoice.AUTO);
        return choice.kernels().description() + choice.remark();
    }

    @Override
    public Executor open(Checkpoint checkpoint, ExecutorOptions options) {
        KernelChoice choice = KernelChoice.of(options.kernels(), options.activations());
        return new CpuExecutor(checkpoint, options, choice.kernels(), choice.why());
    }
}
