package apus.kernels;

import java.util.Optional;

/**
 * What an opened executor is.
 *
 * @param backend provider name, {@code cpu}
 * @param device for people: kernels, vector width, threads and why, for example {@code Vector API
 *     512-bit, 2 threads}
 * @param threads compute threads in all
 * @param kvBytesPerToken bytes of keys and values one token needs over all layers
 * @param workspaceBytes bytes allocated for activations and logits
 * @param quantizationError error of the weights that were quantised when the executor opened, root
 *     of sum (w - quantised w)^2 / sum w^2; 0 if none were
 * @param deviceMemory where weights, activations and cache lie; empty if in the host's memory
 */
public record ExecutorInfo(
        String backend,
        String device,
        int threads,
        long kvBytesPerToken,
        long workspaceBytes,
        double quantizationError,
        Optional<DeviceMemory> deviceMemory) {

    /** Of an executor that keeps everything in the host's memory. */
    public ExecutorInfo(
            String backend,
            String device,
            int threads,
            long kvBytesPerToken,
            long workspaceBytes,
            double quantizationError) {
        this(
                backend,
                device,
                threads,
                kvBytesPerToken,
                workspaceBytes,
                quantizationError,
                Optional.empty());
    }
}
