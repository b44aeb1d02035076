package apus.kernels.cpu.tile;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;

/** What {@link QuadCode} is told in memory: offsets, all in bytes from its first. */
final class QuadArgs {
    /** The shapes of the tiles. */
    static final int SHAPES = 0;

    /** Where the first block of the tokens stands, from the beginning of the inputs. */
    static final int INPUTS = 64;

    /** Bytes of a block of the tokens. */
    static final int INPUT_BLOCK = 72;

    /** Where the first block of the rows stands, from the beginning of the weights. */
    static final int WEIGHTS = 80;

    /** Where the first sum goes, from the beginning of the sums. */
    static final int SUMS = 88;

    /** Bytes of the sums of a digit. */
    static final int SUMS_DIGIT = 96;

    /** Number of blocks, at least 1. */
    static final int BLOCKS = 104;

    /** Where numbers of four bits become bytes, {@link #WIDENED_BYTES}, from the first of these. */
    static final int WIDENED = 112;

    /** What {@link NibbleCode#prepare} reads. */
    static final int CONSTANTS = 128;

    /** Bytes in all. */
    static final int BYTES = CONSTANTS + NibbleCode.CONSTANT_BYTES;

    /** Bytes of two tiles of weights. */
    static final int WIDENED_BYTES = 2 * NibbleCode.WIDE;

    private QuadArgs() {}

    static void set(MemorySegment m, long args, int field, long value) {
        m.set(JAVA_LONG_UNALIGNED, args + field, value);
    }

    /** For numbers of four bits. */
    static void constants(MemorySegment m, long args) {
        for (int i = 0; i < Ymm.BYTES; i += Long.BYTES) {
            set(m, args, CONSTANTS + i, NibbleCode.FIFTEENS);
            set(m, args, CONSTANTS + Ymm.BYTES + i, NibbleCode.EIGHTS);
        }
    }

    /** Shapes for so many tokens, 1 to 16. */
    static void shapes(MemorySegment m, long args, int digits, int tokens) {
        long at = args + SHAPES;
        TileShapes.clear(m, at);
        for (int i = 0; i < 2 * digits; i++) {
            TileShapes.set(m, at, Tmm.of(i), tokens);
        }
        TileShapes.set(m, at, QuadCode.INPUT, tokens, QuadCode.QUADS * Integer.BYTES);
        TileShapes.set(m, at, QuadCode.WEIGHT, QuadCode.QUADS, TileShapes.ROW_BYTES);
    }
}
