package apus.kernels.cpu.tile;

import java.lang.foreign.MemorySegment;

/** Adds whole sums of blocks up to outputs. */
public interface SumScaler {
    /**
     * For one token, {@code out[r] += scale of weights * (scale of inputs * sum)}, block by block
     * in order, with a fused multiply-add per block; the sum is put together from its digits by
     * fused multiply-adds with 256, the highest first. Every implementation gives the same bits.
     *
     * @param digits 1 to 3
     * @param blocks number of blocks
     * @param tileRows rows of the tile
     * @param s holds sums, int32 {@code [blocks][tileRows / 32][digits][tokens][32]}, of which this
     *     token's first row begins at byte {@code sums}, and outputs, float32 {@code [tileRows]}
     *     from byte {@code out} on
     * @param digitBytes bytes between the sums of two digits
     * @param weightScales bfloat16 {@code [blocks][tileRows]} from byte {@code weightAt} on
     * @param inputScales float32 {@code [blocks]} from float {@code inputAt} on
     */
    void scale(
            int digits,
            int blocks,
            int tileRows,
            MemorySegment s,
            long sums,
            long digitBytes,
            long out,
            MemorySegment weightScales,
            long weightAt,
            MemorySegment inputScales,
            long inputAt);
}
