package apus.kernels;

/**
 * The paged key/value cache.
 *
 * @param blocks number of blocks, the null block 0 included: nobody's block, padding may write to
 *     it
 * @param blockSize tokens per block
 */
public record KvShape(int blocks, int blockSize) {
    public KvShape {
        if (blocks < 2 || blockSize < 1) {
            throw new IllegalArgumentException(
                    "need at least 2 blocks of 1 token, got " + blocks + " of " + blockSize);
        }
    }
}
