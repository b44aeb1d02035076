package apus.kernels;

import apus.format.checkpoint.Checkpoint;

/** A backend, found through {@link java.util.ServiceLoader}. Stateless. */
public interface ExecutorProvider {
    /** Short name as given to {@code --backend}: {@code cpu}, {@code tornado}. */
    String name();

    /** Whether this backend can run the model here and now. Cheap: reads the spec, maps nothing. */
    Support supports(Checkpoint checkpoint);

    /**
     * Makes an executor. The checkpoint must stay open as long as the executor.
     *
     * @throws DeviceException if the device, or a forced choice in the options, cannot be had
     */
    Executor open(Checkpoint checkpoint, ExecutorOptions options);
}
