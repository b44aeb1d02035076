package apus.kernels.cpu.tile;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static jdk.incubator.vector.VectorOperators.AND;
import static jdk.incubator.vector.VectorOperators.LSHL;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * Tile registers and what is computed with them, as Intel's Software Developer's Manual describes
 * it: volume 1, chapter "Programming with Intel AMX" for configuration and faults, volume 2 for the
 * operations of TDPBF16PS, TDPBSSD and TDPBUSD.
 */
final class TileUnit {
    private static final int TILES = 8;
    private static final int WORDS = TileShapes.ROW_BYTES / 4;
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Float> SOME = INTS.withLanes(float.class);

    private final int[][] tiles = new int[TILES][TileShapes.ROWS * WORDS];
    private final int[] rows = new int[TILES];
    private final int[] rowBytes = new int[TILES];
    private boolean configured;

    boolean inUse() {
        return configured;
    }

    void release() {
        configured = false;
        for (int[] tile : tiles) {
            Arrays.fill(tile, 0);
        }
    }

    void configure(MemorySegment shapes) {
        release();
        int palette = shapes.get(JAVA_BYTE, 0);
        if (palette != 1) {
            throw fault("palette " + palette);
        }
        // Start row and reserved bytes; beyond 8 tiles, widths and heights are reserved too.
        for (int i = 1; i < TileShapes.BYTES; i++) {
            boolean width = i >= 16 && i < 32;
            boolean height = i >= 48 && i < 56;
            if (!width && !height && shapes.get(JAVA_BYTE, i) != 0) {
                throw fault("byte " + i + " of a configuration is not 0");
            }
        }
        for (int t = 0; t < TILES; t++) {
            rowBytes[t] = shapes.get(JAVA_SHORT_UNALIGNED, 16 + 2L * t) & 0xFFFF;
            rows[t] = shapes.get(JAVA_BYTE, 48 + t) & 0xFF;
            if (rowBytes[t] > TileShapes.ROW_BYTES || rows[t] > TileShapes.ROWS) {
                throw fault("a tile of " + rows[t] + " rows of " + rowBytes[t] + " bytes");
            }
            if (rowBytes[t] == 0 != (rows[t] == 0) || rowBytes[t] % 4 != 0) {
                throw fault("a tile of " + rows[t] + " rows of " + rowBytes[t] + " bytes");
            }
        }
        configured = true;
    }

    private static IllegalStateException fault(String what) {
        return new IllegalStateException("the processor would fault: " + what);
    }

    private void use(int... numbers) {
        for (int t : numbers) {
            if (!configured || t >= TILES || rows[t] == 0) {
                throw fault("tile " + t + " has no shape");
            }
        }
    }

    int rows(int tile) {
        use(tile);
        return rows[tile];
    }

    int words(int tile) {
        use(tile);
        return rowBytes[tile] / 4;
    }

    /** A row from memory. */
    void load(int tile, int row, MemorySegment m, long at) {
        MemorySegment.copy(m, JAVA_INT_UNALIGNED, at, tiles[tile], row * WORDS, words(tile));
    }

    /** A row into memory. */
    void store(int tile, int row, MemorySegment m, long at) {
        MemorySegment.copy(tiles[tile], row * WORDS, m, JAVA_INT_UNALIGNED, at, words(tile));
    }

    int get(int tile, int row, int word) {
        return tiles[tile][row * WORDS + word];
    }

    void set(int tile, int row, int word, int value) {
        tiles[tile][row * WORDS + word] = value;
    }

    void zero(int tile) {
        use(tile);
        Arrays.fill(tiles[tile], 0);
    }

    /** Whatever is written to a tile clears what lies beyond its shape. */
    void clearBeyond(int tile) {
        int width = rowBytes[tile] / 4;
        for (int r = 0; r < rows[tile]; r++) {
            Arrays.fill(tiles[tile], r * WORDS + width, (r + 1) * WORDS, 0);
        }
        Arrays.fill(tiles[tile], rows[tile] * WORDS, tiles[tile].length, 0);
    }

    /** The conditions under which a product of tiles faults. */
    private void useForProduct(int sums, int a, int b) {
        use(sums, a, b);
        if (sums == a || sums == b || a == b) {
            throw fault("a product of tiles that are not three");
        }
        if (rows[sums] != rows[a] || rowBytes[sums] != rowBytes[b] || rowBytes[a] / 4 != rows[b]) {
            throw fault("shapes of a product");
        }
    }

    /**
     * TDPBF16PS: per output, even and odd numbers of the pairs are summed apart from 0 by fused
     * multiply-adds, in order; the two sums are added, then their sum to the tile's. Round to
     * nearest even; subnormal inputs, sums and results are zeros; MXCSR plays no part. Some outputs
     * of a row at a time, because models run on this.
     */
    void dotBf16(int sums, int a, int b) {
        useForProduct(sums, a, b);
        for (int m = 0; m < rows[sums]; m++) {
            for (int n = 0; n < WORDS; n += SOME.length()) {
                FloatVector even = FloatVector.zero(SOME);
                FloatVector odd = FloatVector.zero(SOME);
                for (int k = 0; k < rows[b]; k++) {
                    int x = tiles[a][m * WORDS + k];
                    IntVector w = IntVector.fromArray(INTS, tiles[b], k * WORDS + n);
                    even = flushed(flushed(w.lanewise(LSHL, 16)).fma(number(x << 16), even));
                    odd = flushed(flushed(w.and(0xFFFF0000)).fma(number(x), odd));
                }
                int at = m * WORDS + n;
                FloatVector sum = flushed(IntVector.fromArray(INTS, tiles[sums], at));
                FloatVector result = flushed(sum.add(flushed(even.add(odd))));
                result.reinterpretAsInts().intoArray(tiles[sums], at);
            }
        }
        clearBeyond(sums);
    }

    /** The bfloat16 in the upper half of a word, in all places. */
    private static FloatVector number(int word) {
        return flushed(IntVector.broadcast(INTS, word & 0xFFFF0000));
    }

    private static FloatVector flushed(FloatVector x) {
        return flushed(x.reinterpretAsInts());
    }

    /** Zeros with the same signs in place of subnormal numbers. */
    private static FloatVector flushed(IntVector bits) {
        VectorMask<Integer> tiny = bits.and(0x7F800000).eq(0);
        return bits.lanewise(AND, 0x80000000, tiny).reinterpretAsFloats();
    }

    /** TDPBSSD and TDPBUSD: sums of products of bytes, without saturation. */
    void dotBytes(int sums, int a, int b, boolean signed) {
        useForProduct(sums, a, b);
        for (int m = 0; m < rows[sums]; m++) {
            for (int k = 0; k < rows[b]; k++) {
                for (int i = 0; i < 32; i += 8) {
                    int x = tiles[a][m * WORDS + k] << (24 - i);
                    x = signed ? x >> 24 : x >>> 24;
                    for (int n = 0; n < WORDS; n++) {
                        int w = tiles[b][k * WORDS + n] << (24 - i) >> 24;
                        tiles[sums][m * WORDS + n] += x * w;
                    }
                }
            }
        }
        clearBeyond(sums);
    }
}
