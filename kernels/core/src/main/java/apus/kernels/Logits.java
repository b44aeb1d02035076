package apus.kernels;

import java.lang.foreign.MemorySegment;

/**
 * Result of a step; valid until the next call of the executor that made it. The caller may
 * overwrite rows in place.
 */
public interface Logits {
    /** Equals {@link Batch#logitCount}. */
    int rows();

    int vocab();

    /** f32[vocab], native, host-readable; row i belongs to token {@code logitRows[i]}. */
    MemorySegment row(int i);
}
