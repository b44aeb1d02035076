package apus.kernels.cpu.tile;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/**
 * The 64 bytes that LDTILECFG reads: byte 0 the palette, bytes from 16 the width in bytes of each
 * tile as 16 bits, bytes from 48 its rows (Intel's Software Developer's Manual, volume 1, "Intel
 * AMX and tile configuration"). All other bytes must be 0, or the processor faults.
 */
final class TileShapes {
    /** Bytes of a configuration. */
    static final int BYTES = 64;

    /** Most rows of a tile, and most 32-bit numbers of a row. */
    static final int ROWS = 16;

    /** Most bytes of a row. */
    static final int ROW_BYTES = 64;

    private static final byte PALETTE = 1;
    private static final int WIDTHS = 16;
    private static final int HEIGHTS = 48;

    private TileShapes() {}

    /** All tiles unused. */
    static void clear(MemorySegment m, long at) {
        for (int i = 0; i < BYTES; i += Long.BYTES) {
            m.set(JAVA_LONG_UNALIGNED, at + i, 0);
        }
        m.set(JAVA_BYTE, at, PALETTE);
    }

    /** The shape of one tile: at least a row, full rows. */
    static void set(MemorySegment m, long at, Tmm tile, int rows) {
        set(m, at, tile, rows, ROW_BYTES);
    }

    /** The shape of one tile. */
    static void set(MemorySegment m, long at, Tmm tile, int rows, int rowBytes) {
        int i = tile.number;
        m.set(JAVA_SHORT_UNALIGNED, at + WIDTHS + 2L * i, (short) rowBytes);
        m.set(JAVA_BYTE, at + HEIGHTS + i, (byte) rows);
    }
}
