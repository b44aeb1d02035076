package apus.format;

import apus.format.Tiled.Code;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * {@link Tiled} integers whose columns stand in fours, as matrix units multiply them: what a
 * backend makes of {@link Code#INT8} and {@link Code#INT4} with blocks of 32 columns and no zeros.
 * Never read from a file.
 *
 * <pre>w[r][c] = scale[r][c / 32] * number[r][c]</pre>
 *
 * <ul>
 *   <li>data of {@link Code#INT8}: bytes {@code [T][B][tileRows / 16][8][16 rows][4 columns]};
 *       {@code T = ceil(rows / tileRows)}, {@code B = cols / 32}
 *   <li>data of {@link Code#INT4}: bytes {@code [T][B][tileRows / 16][4][16 rows][4 columns]}, in
 *       each the number of a column of the block's first half in the lower four bits, that of the
 *       column 16 further in the upper ones, both more by 8 and so without a sign
 *   <li>scales: bfloat16 {@code [T][B][tileRows]}
 * </ul>
 *
 * @param code {@link Code#INT8} or {@link Code#INT4}
 * @param tileRows rows of a tile, a multiple of {@link #ROWS}
 */
public record QuadTiled(Code code, int tileRows) implements Format {
    /** Rows that are multiplied together. */
    public static final int ROWS = 32;

    /** Columns that share a scale. */
    public static final int BLOCK = 32;

    /** Rows that stand side by side. */
    public static final int LANES = 16;

    /** What numbers of four bits are stored more by. */
    public static final int OFFSET = 8;

    private static final int QUAD = 4;
    private static final int HALF = BLOCK / 2;

    public QuadTiled {
        if (tileRows < ROWS || tileRows % ROWS != 0) {
            throw new IllegalArgumentException("tiles of " + tileRows);
        }
        if (code != Code.INT8 && code != Code.INT4) {
            throw new IllegalArgumentException("no integers: " + code);
        }
    }

    /** Whether a matrix has this form too: whole blocks of integers, without zeros. */
    public static boolean takes(Weight w) {
        return w.format() instanceof Tiled format
                && (format.code() == Code.INT8 || format.code() == Code.INT4)
                && format.block() == BLOCK
                && format.scaleType() == DType.BF16
                && format.tileRows() % ROWS == 0
                && w.cols() % BLOCK == 0
                && w.zeros().byteSize() == 0
                && w.order().byteSize() == 0;
    }

    /** Bytes of the numbers of a block of a tile. */
    public int blockBytes() {
        return code == Code.INT4 ? BLOCK * tileRows / 2 : BLOCK * tileRows;
    }

    /** A number. */
    public int number(MemorySegment data, int row, int col, int cols) {
        byte bits = data.get(ValueLayout.JAVA_BYTE, at(row, col, cols));
        if (code == Code.INT8) {
            return bits;
        }
        return ((bits >> (col % BLOCK < HALF ? 0 : 4)) & 15) - OFFSET;
    }

    /** Sets a number. */
    public void put(MemorySegment data, int row, int col, int cols, int number) {
        long at = at(row, col, cols);
        int bits = number;
        if (code == Code.INT4) {
            int shift = col % BLOCK < HALF ? 0 : 4;
            int other = data.get(ValueLayout.JAVA_BYTE, at) & (0xF0 >> shift);
            bits = other | ((number + OFFSET) << shift);
        }
        data.set(ValueLayout.JAVA_BYTE, at, (byte) bits);
    }

    /** Byte in which a number stands. */
    private long at(int row, int col, int cols) {
        long block = (long) (row / tileRows) * (cols / BLOCK) + col / BLOCK;
        return block * blockBytes() + within(row % tileRows, col % BLOCK);
    }

    /** The same within the numbers of a block of a tile. */
    public int within(int row, int col) {
        int quads = code == Code.INT4 ? HALF / QUAD : BLOCK / QUAD;
        int lanes = (row / LANES * quads + col / QUAD % quads) * LANES + row % LANES;
        return lanes * QUAD + col % QUAD;
    }

    /** Index of a row's block among the scales. */
    public long blockAt(int row, int col, int cols) {
        long tile = row / tileRows;
        return (tile * (cols / BLOCK) + col / BLOCK) * tileRows + row % tileRows;
    }
}
