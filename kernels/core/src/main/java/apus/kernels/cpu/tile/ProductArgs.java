package apus.kernels.cpu.tile;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;

/** What {@link ProductCode} is told in memory: offsets, all in bytes from its first. */
final class ProductArgs {
    /** The shapes of the tiles. */
    static final int SHAPES = 0;

    /** Where the first block of tokens stands, from the beginning of the inputs. */
    static final int INPUTS = 64;

    /** Bytes of a step of a block. */
    static final int INPUT_STEP = 72;

    /** Bytes of a block. */
    static final int INPUT_BLOCK = 80;

    /** Where the rows stand, from the beginning of the weights. */
    static final int WEIGHTS = 88;

    /** Number of steps, at least 1. */
    static final int STEPS = 96;

    /** Where the first sum goes, from the beginning of the output. */
    static final int OUT = 104;

    /** Bytes from one token's sums to the next one's. */
    static final int OUT_ROW = 112;

    /** Bytes from the first tile's sums to the second one's. */
    static final int OUT_TILE = 120;

    /** Bytes from one block's sums to the next one's. */
    static final int OUT_BLOCK = 128;

    /** Number of blocks, at least 1; counted down by the code. */
    static final int BLOCKS = 136;

    /** Bytes in all. */
    static final int BYTES = 144;

    private ProductArgs() {}

    static void set(MemorySegment m, long args, int field, long value) {
        m.set(JAVA_LONG_UNALIGNED, args + field, value);
    }

    /** Shapes for blocks of so many tokens: 1 to 32. */
    static void shapes(MemorySegment m, long args, int tokens) {
        TileShapes.clear(m, args + SHAPES);
        for (int tile = 0; tile < 2; tile++) {
            TileShapes.set(m, args + SHAPES, ProductCode.WEIGHTS[tile], TileShapes.ROWS);
        }
        for (int t = 0; t * TileShapes.ROWS < tokens; t++) {
            int rows = Math.min(TileShapes.ROWS, tokens - t * TileShapes.ROWS);
            TileShapes.set(m, args + SHAPES, ProductCode.INPUTS[t], rows);
            TileShapes.set(m, args + SHAPES, ProductCode.SUMS[t][0], rows);
            TileShapes.set(m, args + SHAPES, ProductCode.SUMS[t][1], rows);
        }
    }
}
