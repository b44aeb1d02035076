package apus.kernels.tornado;

import apus.format.checkpoint.Checkpoint;
import apus.kernels.Device;
import apus.kernels.DeviceException;
import apus.kernels.Executor;
import apus.kernels.ExecutorOptions;
import apus.kernels.ExecutorProvider;
import apus.kernels.Support;
import java.util.List;

/** GPUs, through TornadoVM where the JVM was started with it. */
public final class TornadoProvider implements ExecutorProvider {
    /** Above the CPU's. */
    private static final int GPU_RANK = 20;

    /** Below the CPU's: OpenCL on a CPU computes right, not fast. */
    private static final int CPU_DEVICE_RANK = 5;

    @Override
    public String name() {
        return "tornado";
    }

    @Override
    public Support supports(Checkpoint checkpoint) {
        Target target;
        try {
            target = Targets.chosen();
        } catch (DeviceException e) {
            return new Support.No(e.getMessage());
        } catch (RuntimeException | LinkageError e) {
            return new Support.No("TornadoVM does not work here: " + e);
        }
        // There are kernels for everything that a spec can say.
        return new Support.Yes(target.isGpu() ? GPU_RANK : CPU_DEVICE_RANK);
    }

    @Override
    public List<Device> devices() {
        return Targets.all().stream().map(Target::described).toList();
    }

    @Override
    public Executor open(Checkpoint checkpoint, ExecutorOptions options) {
        return new TornadoExecutor(checkpoint, options, Targets.chosen(), Tuning.ofSystem());
    }
}
