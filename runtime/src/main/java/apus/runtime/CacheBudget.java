package apus.runtime;

/** The memory that keys and values lie in: the host's or a device's. */
interface CacheBudget {
    /**
     * Bytes for keys and values, as asked for or by default.
     *
     * @throws RequestException if nothing is left for them
     */
    long cacheBytes(EngineOptions options);

    /**
     * Refuses a cache that would not fit beside what is in this memory for good.
     *
     * @throws MemoryException if it does not fit
     */
    void check(long cacheBytes);

    /** What the weights take of it. */
    long weightBytes();

    /** Most tokens that can be kept, however much memory there is. */
    long maxTokens();
}
