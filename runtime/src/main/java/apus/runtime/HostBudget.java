package apus.runtime;

/**
 * The host's memory.
 *
 * @param plan what the model needs of it
 * @param workspace bytes of activations and logits
 */
record HostBudget(MemoryPlan plan, long workspace) implements CacheBudget {
    @Override
    public long cacheBytes(EngineOptions options) {
        if (options.kvCacheBytes() > 0) {
            return options.kvCacheBytes();
        }
        return options.memoryShare().isPresent()
                ? CacheSize.byShare(
                        options.memoryShare().getAsDouble(),
                        weightBytes() + workspace,
                        plan.available())
                : CacheSize.byDefault(weightBytes(), plan.available());
    }

    @Override
    public void check(long cacheBytes) {
        plan.checkCache(cacheBytes, workspace);
    }

    @Override
    public long weightBytes() {
        return plan.weights().bytes();
    }

    @Override
    public long maxTokens() {
        return Long.MAX_VALUE;
    }
}
