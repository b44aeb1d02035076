package apus.format.checkpoint;

/**
 * Memory that a model's matrices take while it runs. A tensor that is used twice (a tied head)
 * counts once.
 *
 * @param mapped bytes used where the files are mapped: the system reads them when they are wanted
 *     and may let go of them
 * @param copied bytes put together anew (turned, unpacked, sorted), which stay
 */
public record WeightMemory(long mapped, long copied) {
    /** Both, in bytes. */
    public long bytes() {
        return mapped + copied;
    }
}
