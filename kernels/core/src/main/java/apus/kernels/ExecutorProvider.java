package apus.kernels;

import apus.format.checkpoint.Checkpoint;
import java.util.List;

/** A backend, found through {@link java.util.ServiceLoader}. Stateless. */
public interface ExecutorProvider {
    /** Short name as given to {@code --backend}: {@code cpu}, {@code tornado}. */
    String name();

    /** Whether this backend can run the model here and now. Cheap: reads the spec, maps nothing. */
    Support supports(Checkpoint checkpoint);

    /**
     * What {@link #open} would compute on, the first of them unless it is told otherwise. Empty for
     * a backend that computes on the host's processors, in the host's memory: only of such a one
     * does the engine check before opening that the weights fit into that; any other refuses what
     * does not fit into its device.
     *
     * @throws DeviceException if there is none, or its driver does not work; the message says what
     *     to do about it
     */
    default List<Device> devices() {
        return List.of();
    }

    /**
     * For people: what {@link #open} computes with on this machine unless it is told otherwise, and
     * why not with something faster. Empty where the devices say it all.
     */
    default String about() {
        return "";
    }

    /**
     * Makes an executor. The checkpoint must stay open as long as the executor.
     *
     * @throws DeviceException if the device, or a forced choice in the options, cannot be had, or
     *     the model does not fit into the device's memory
     */
    Executor open(Checkpoint checkpoint, ExecutorOptions options);
}
