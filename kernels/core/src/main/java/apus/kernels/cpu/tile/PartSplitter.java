package apus.kernels.cpu.tile;

import java.lang.foreign.MemorySegment;

/** Splits inputs into the bfloat16 parts that tiles multiply. */
public interface PartSplitter {
    /**
     * Splits one token as {@link PairInputs} lays it out, zeros beyond its last column included.
     * Every implementation writes the same bits.
     *
     * @param parts 1 to 3
     * @param x f32[..], the token's columns from float {@code from} on
     * @param out bfloat16, steps of {@code [parts][32]} from number {@code at} on, {@code stride}
     *     numbers apart
     */
    void split(
            int parts,
            MemorySegment x,
            long from,
            int cols,
            MemorySegment out,
            long at,
            long stride);
}
