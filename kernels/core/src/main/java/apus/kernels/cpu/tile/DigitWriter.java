package apus.kernels.cpu.tile;

import java.lang.foreign.MemorySegment;

/** Turns inputs into the digits that tiles multiply with integers. */
public interface DigitWriter {
    /**
     * Writes one token as {@link QuadInputs} lays it out. Every implementation writes the same
     * bits.
     *
     * @param digits 1 to 3
     * @param blocks of 32 columns
     * @param x f32[..], the token's columns from float {@code from} on
     * @param out bytes, blocks of {@code [digits][32]} from byte {@code at} on, {@code stride}
     *     bytes apart; and float32 scales, {@code [blocks]} from float {@code scales} on
     */
    void write(
            int digits,
            int blocks,
            MemorySegment x,
            long from,
            MemorySegment out,
            long at,
            long stride,
            long scales);
}
