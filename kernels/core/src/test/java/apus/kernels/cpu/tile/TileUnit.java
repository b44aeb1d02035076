package apus.kernels.cpu.tile;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Tile registers and what is computed with them, as Intel's Software Developer's Manual describes
 * it: volume 1, chapter "Programming with Intel AMX" for configuration and faults, volume 2 for the
 * operations of TDPBF16PS, TDPBSSD and TDPBUSD.
 */
final class TileUnit {
    private static final int TILES = 8;
    private static final int WORDS = TileShapes.ROW_BYTES / 4;

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
        for (int r = 0; r < TileShapes.ROWS; r++) {
            for (int i = 0; i < WORDS; i++) {
                if (r >= rows[tile] || i >= rowBytes[tile] / 4) {
                    set(tile, r, i, 0);
                }
            }
        }
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
     * nearest even; subnormal inputs, sums and results are zeros; MXCSR plays no part.
     */
    void dotBf16(int sums, int a, int b) {
        useForProduct(sums, a, b);
        int pairs = rows[b];
        int width = rowBytes[sums] / 4;
        for (int m = 0; m < rows[sums]; m++) {
            for (int n = 0; n < width; n++) {
                float even = 0;
                float odd = 0;
                for (int k = 0; k < pairs; k++) {
                    int x = tiles[a][m * WORDS + k];
                    int w = tiles[b][k * WORDS + n];
                    even = flushed(Math.fma(float16(x << 16), float16(w << 16), even));
                    odd = flushed(Math.fma(float16(x), float16(w), odd));
                }
                float sum = flushed(Float.intBitsToFloat(tiles[sums][m * WORDS + n]));
                float result = flushed(sum + flushed(even + odd));
                tiles[sums][m * WORDS + n] = Float.floatToRawIntBits(result);
            }
        }
        clearBeyond(sums);
    }

    /** The bfloat16 in the upper half of a word. */
    private static float float16(int word) {
        return flushed(Float.intBitsToFloat(word & 0xFFFF0000));
    }

    /** Zero with the same sign in place of a subnormal number. */
    private static float flushed(float x) {
        return Math.abs(x) < Float.MIN_NORMAL ? x * 0 : x;
    }

    /** TDPBSSD and TDPBUSD: sums of products of bytes, without saturation. */
    void dotBytes(int sums, int a, int b, boolean signed) {
        useForProduct(sums, a, b);
        for (int m = 0; m < rows[sums]; m++) {
            for (int n = 0; n < rowBytes[sums] / 4; n++) {
                int sum = tiles[sums][m * WORDS + n];
                for (int k = 0; k < rows[b]; k++) {
                    for (int i = 0; i < 32; i += 8) {
                        int x = tiles[a][m * WORDS + k] >> i;
                        int w = (byte) (tiles[b][k * WORDS + n] >> i);
                        sum += (signed ? (byte) x : x & 0xFF) * w;
                    }
                }
                tiles[sums][m * WORDS + n] = sum;
            }
        }
        clearBeyond(sums);
    }
}
