package apus.runtime;

import apus.format.checkpoint.WeightMemory;
import apus.format.spec.ModelSpec;
import java.util.Locale;

/**
 * What a model needs of the machine's memory, looked at before anything large is loaded.
 *
 * @param weights of the model
 * @param cachePerToken bytes of keys and values
 * @param longest longest sequence, in tokens
 * @param held tokens of it whose keys and values are in the cache at a time; fewer where all layers
 *     look back over a window only
 * @param available bytes that could be had
 */
record MemoryPlan(WeightMemory weights, long cachePerToken, int longest, int held, long available) {
    /** Keys and values of one token over all layers, in float32. */
    static long cachePerToken(ModelSpec spec) {
        return spec.layers().stream()
                .mapToLong(l -> 2L * l.attn().kvHeads() * l.attn().headDim() * Float.BYTES)
                .sum();
    }

    /**
     * Refuses weights that do not fit. Whoever sets the size of the cache himself may run mapped
     * weights that the system reads anew in every step; what was copied must fit in any case.
     *
     * @param cacheIsSet whether the size of the cache was asked for
     */
    void checkWeights(boolean cacheIsSet) {
        if ((cacheIsSet ? weights.copied() : weights.bytes()) >= available) {
            long cache = cachePerToken * held;
            throw new MemoryException(
                    weights.bytes() + cache,
                    available,
                    "the model does not fit: its weights need "
                            + size(weights.bytes())
                            + ", keys and values of one sequence of "
                            + longest
                            + " tokens "
                            + size(cache)
                            + ", together "
                            + size(weights.bytes() + cache)
                            + "; available are "
                            + size(available)
                            + ". Take a smaller or more quantised model"
                            + (weights.copied() < available
                                    ? ", or set --kv-cache-memory to run this one slowly, from the"
                                            + " disk"
                                    : ""));
        }
    }

    /** Refuses a cache that would not fit beside what is in memory for good. */
    void checkCache(long cache, long workspace) {
        long needed = weights.copied() + cache + workspace;
        if (needed > available) {
            throw new MemoryException(
                    needed,
                    available,
                    "the cache does not fit: keys and values need "
                            + size(cache)
                            + ", weights that are unpacked at load "
                            + size(weights.copied())
                            + ", activations "
                            + size(workspace)
                            + ", together "
                            + size(needed)
                            + "; available are "
                            + size(available)
                            + ". Lower --kv-cache-memory or --max-model-len");
        }
    }

    private static String size(long bytes) {
        return String.format(Locale.ROOT, "%.1f GiB", bytes / (double) (1L << 30));
    }
}
