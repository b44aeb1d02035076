package apus.kernels;

/**
 * Memory of a device that is not the host's, as an executor found and used it. Keys and values must
 * fit beside what is in there.
 *
 * @param bytes what this process may take of the device's memory in all. Where the device computes
 *     in the host's memory (OpenCL on a CPU), what can be had of that.
 * @param weightBytes taken by the weights and whatever else is as large as the model, tables of
 *     ropes for one. What activations and logits take is {@link ExecutorInfo#workspaceBytes}.
 * @param maxCacheTokens most tokens whose keys and values the executor can keep, however much
 *     memory there is: a device limits one allocation, an array its length. Long.MAX_VALUE if
 *     nothing does.
 */
public record DeviceMemory(long bytes, long weightBytes, long maxCacheTokens) {
    public DeviceMemory {
        if (bytes < 0 || weightBytes < 0 || maxCacheTokens < 1) {
            throw new IllegalArgumentException(
                    "not a memory: bytes="
                            + bytes
                            + " weightBytes="
                            + weightBytes
                            + " maxCacheTokens="
                            + maxCacheTokens);
        }
    }
}
