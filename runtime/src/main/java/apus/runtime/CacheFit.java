package apus.runtime;

import java.util.Locale;

/**
 * The key/value cache as it fits into its memory.
 *
 * @param blocks that sequences can use
 * @param bytes of those
 * @param maxModelLen longest sequence that it leaves possible, in tokens
 */
record CacheFit(int blocks, long bytes, int maxModelLen) {
    private static final System.Logger LOG = System.getLogger(CacheFit.class.getName());

    /**
     * Fits it.
     *
     * @param bytesPerToken keys and values over all layers
     * @param longest longest sequence that is wanted, in tokens
     * @param each blocks that it holds at a time
     * @param maxSequences sequences at a time
     * @throws RequestException if it is too small for what was asked for
     * @throws MemoryException if it does not fit
     */
    static CacheFit of(
            CacheBudget budget,
            EngineOptions options,
            long bytesPerToken,
            int longest,
            int each,
            int maxSequences) {
        int blockSize = options.blockSize();
        long blockBytes = bytesPerToken * blockSize;
        // More than all places of the batch can fill is of no use.
        long useful = (long) maxSequences * each;
        long possible = Math.min(budget.maxTokens(), Integer.MAX_VALUE) / blockSize - 1;
        long blocks =
                Math.max(
                        0,
                        Math.min(
                                Math.min(budget.cacheBytes(options) / blockBytes, useful),
                                possible));
        // A window that fits slides over any length.
        int maxModelLen = blocks >= each ? longest : (int) Math.min(longest, blocks * blockSize);
        CacheFit fit = new CacheFit((int) blocks, blocks * blockBytes, maxModelLen);
        if (maxModelLen < longest) {
            fit.explainShortContext(longest, bytesPerToken, options.maxModelLen() != 0);
        }
        budget.check(fit.bytes);
        return fit;
    }

    private void explainShortContext(int longest, long bytesPerToken, boolean asked) {
        String found =
                String.format(
                        Locale.ROOT,
                        "a key/value cache of %.1f MiB holds %d tokens (%d bytes each)",
                        bytes / (double) (1 << 20),
                        maxModelLen,
                        bytesPerToken);
        if (asked || maxModelLen < 1) {
            throw new RequestException(
                    "max_model_len",
                    found
                            + ", but 'max_model_len' is "
                            + longest
                            + "; raise the cache (--kv-cache-memory) or lower --max-model-len.");
        }
        LOG.log(
                System.Logger.Level.WARNING,
                found
                        + ", so the context is that long instead of the model's "
                        + longest
                        + "; --kv-cache-memory raises it");
    }
}
