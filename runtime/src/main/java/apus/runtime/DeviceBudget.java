package apus.runtime;

import apus.kernels.DeviceMemory;
import java.util.Locale;

/**
 * What keys and values get of the memory of a device that is not the host's.
 *
 * @param memory of the device, with what the weights took
 * @param workspace bytes of activations and logits
 */
record DeviceBudget(DeviceMemory memory, long workspace) implements CacheBudget {
    /** As vLLM's: the rest is for the driver and for what the kernels spill. */
    private static final double DEFAULT_SHARE = 0.9;

    @Override
    public long cacheBytes(EngineOptions options) {
        if (options.kvCacheBytes() > 0) {
            return options.kvCacheBytes();
        }
        return CacheSize.byShare(
                options.memoryShare().orElse(DEFAULT_SHARE), taken(), memory.bytes());
    }

    @Override
    public void check(long cache) {
        long needed = taken() + cache;
        if (needed > memory.bytes()) {
            throw new MemoryException(
                    needed,
                    memory.bytes(),
                    "the cache does not fit into the device's memory: keys and values need "
                            + size(cache)
                            + ", weights "
                            + size(memory.weightBytes())
                            + ", activations "
                            + size(workspace)
                            + ", together "
                            + size(needed)
                            + "; available are "
                            + size(memory.bytes())
                            + ". Lower --kv-cache-memory or --max-model-len");
        }
    }

    @Override
    public long weightBytes() {
        return memory.weightBytes();
    }

    @Override
    public long maxTokens() {
        return memory.maxCacheTokens();
    }

    private long taken() {
        return memory.weightBytes() + workspace;
    }

    private static String size(long bytes) {
        return String.format(Locale.ROOT, "%.1f GiB", bytes / (double) (1L << 30));
    }
}
