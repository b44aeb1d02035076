package apus.kernels.cpu.tile;

import apus.format.QuadTiled;

/**
 * Machine code that widens a block of 16 rows of four-bit {@link QuadTiled} numbers to the bytes
 * that a tile takes: each byte holds two, of columns 16 apart, so that the lower ones become the
 * first half of the tile's rows and the upper ones the second.
 */
final class NibbleCode {
    /** Bytes of a block of 16 rows as stored. */
    static final int STORED = QuadTiled.BLOCK * QuadTiled.LANES / 2;

    /** The same as bytes: a tile. */
    static final int WIDE = QuadTiled.BLOCK * QuadTiled.LANES;

    /** Bytes of what {@link #prepare} reads: {@link #FIFTEENS} four times, then {@link #EIGHTS}. */
    static final int CONSTANT_BYTES = 2 * Ymm.BYTES;

    /** The lower four bits of each byte. */
    static final long FIFTEENS = 0x0F0F0F0F0F0F0F0FL;

    /** What the numbers are stored more by, in each byte. */
    static final long EIGHTS = QuadTiled.OFFSET * 0x0101010101010101L;

    private static final Ymm FIFTEEN = Ymm.YMM15;
    private static final Ymm EIGHT = Ymm.YMM14;
    private static final Ymm LOWER = Ymm.YMM0;
    private static final Ymm UPPER = Ymm.YMM1;

    private NibbleCode() {}

    /** Once per call: the vectors that stay. */
    static void prepare(Assembler asm, Gp from, int at) {
        asm.vmovdqu(FIFTEEN, Memory.at(from, at));
        asm.vmovdqu(EIGHT, Memory.at(from, at + Ymm.BYTES));
    }

    /** Widens {@link #STORED} bytes to {@link #WIDE}. */
    static void widen(Assembler asm, Gp from, int fromAt, Gp to, int toAt) {
        for (int i = 0; i < STORED; i += Ymm.BYTES) {
            asm.vmovdqu(LOWER, Memory.at(from, fromAt + i));
            asm.vpsrlw(UPPER, LOWER, 4);
            asm.vpand(LOWER, LOWER, FIFTEEN);
            asm.vpand(UPPER, UPPER, FIFTEEN);
            asm.vpsubb(LOWER, LOWER, EIGHT);
            asm.vpsubb(UPPER, UPPER, EIGHT);
            asm.vmovdqu(Memory.at(to, toAt + i), LOWER);
            asm.vmovdqu(Memory.at(to, toAt + STORED + i), UPPER);
        }
    }
}
