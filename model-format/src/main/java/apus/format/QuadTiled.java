package apus.format;

/**
 * {@link Tiled} bytes of integers whose columns stand in fours, as matrix units multiply them: what
 * a backend makes of {@link Tiled.Code#INT8} with blocks of 32 columns. Never read from a file.
 *
 * <pre>w[r][c] = scale[r][c / 32] * number[r][c]</pre>
 *
 * <ul>
 *   <li>data: bytes {@code [T][B][tileRows / 16][8][16 rows][4 columns]}; {@code T = ceil(rows /
 *       tileRows)}, {@code B = cols / 32}
 *   <li>scales: bfloat16 {@code [T][B][tileRows]}
 * </ul>
 *
 * @param tileRows rows of a tile, a multiple of {@link #ROWS}
 */
public record QuadTiled(int tileRows) implements Format {
    /** Rows that are multiplied together. */
    public static final int ROWS = 32;

    /** Columns that share a scale. */
    public static final int BLOCK = 32;

    /** Rows that stand side by side. */
    public static final int LANES = 16;

    private static final int QUAD = 4;

    public QuadTiled {
        if (tileRows < ROWS || tileRows % ROWS != 0) {
            throw new IllegalArgumentException("tiles of " + tileRows);
        }
    }

    /** Whether a matrix has this form too: whole blocks of bytes, without zeros. */
    public static boolean takes(Tiled format, int cols) {
        return format.code() == Tiled.Code.INT8
                && format.block() == BLOCK
                && format.scaleType() == DType.BF16
                && format.tileRows() % ROWS == 0
                && cols % BLOCK == 0;
    }

    /** Byte at which a number stands. */
    public long at(int row, int col, int cols) {
        long tile = (long) (row / tileRows) * cols * tileRows;
        return tile + (long) (col / BLOCK) * BLOCK * tileRows + within(row % tileRows, col % BLOCK);
    }

    /** The same within the numbers of a block of a tile. */
    public static int within(int row, int col) {
        int lanes = (row / LANES * (BLOCK / QUAD) + col / QUAD) * LANES + row % LANES;
        return lanes * QUAD + col % QUAD;
    }

    /** Index of a row's block among the scales. */
    public long blockAt(int row, int col, int cols) {
        long tile = row / tileRows;
        return (tile * (cols / BLOCK) + col / BLOCK) * tileRows + row % tileRows;
    }
}
