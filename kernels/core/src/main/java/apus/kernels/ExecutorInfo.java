package apus.kernels;

/**
 * What an opened executor is.
 *
 * @param backend provider name, {@code cpu}
 * @param device for people: kernels, vector width, threads and why, for example {@code Vector API
 *     512-bit, 2 threads}
 * @param threads compute threads in all
 * @param kvBytesPerToken bytes of keys and values one token needs over all layers
 * @param workspaceBytes bytes allocated for activations and logits
 */
public record ExecutorInfo(
        String backend, String device, int threads, long kvBytesPerToken, long workspaceBytes) {}
