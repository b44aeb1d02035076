package apus.format;

/**
 * Numbers as sums of bfloat16 parts, the largest first, in tiles whose pairs of columns stand side
 * by side, as matrix units multiply them: what a backend packs plain matrices into at load. Never
 * read from a file.
 *
 * <pre>w[r][c] = sum over p of part[p][r][c]</pre>
 *
 * <p>Data: bfloat16 {@code [T][steps][parts][2][16 pairs][16 rows][2]}, little-endian, with {@code
 * T = ceil(rows / 32)} and {@code steps = ceil(cols / 32)}; rows and columns are filled up with
 * zeros.
 *
 * @param parts 1 for bfloat16, which is exact; 2 hold any IEEE half, 3 any float32 that is not
 *     nearly subnormal
 */
public record PairTiled(int parts) implements Format {
    /** Rows that stand together. */
    public static final int ROWS = 32;

    /** Columns of a step. */
    public static final int COLS = 32;

    /** Rows of one of the two tiles of a step. */
    public static final int TILE_ROWS = 16;

    /** Bytes of a part of a step. */
    public static final int PART_BYTES = ROWS * COLS * Short.BYTES;

    /** Most parts. */
    public static final int MAX_PARTS = 3;

    public PairTiled {
        if (parts < 1 || parts > MAX_PARTS) {
            throw new IllegalArgumentException(parts + " parts");
        }
    }

    /** The form that holds any number of a type of plain weights, but see {@code parts}. */
    public static PairTiled of(DType type) {
        return switch (type) {
            case BF16 -> new PairTiled(1);
            case F16 -> new PairTiled(2);
            case F32 -> new PairTiled(3);
            case BOOL, U8, I8, F8_E4M3, F8_E5M2, I16, U16, I32, U32, I64, U64, F64 ->
                    throw new IllegalArgumentException("not a plain weight: " + type);
        };
    }

    /** Groups of so many rows. */
    public static int groups(int rows) {
        return Math.ceilDiv(rows, ROWS);
    }

    /** Steps of so many columns. */
    public static int steps(int cols) {
        return Math.ceilDiv(cols, COLS);
    }

    /** Bytes of a group of rows. */
    public long groupBytes(int cols) {
        return (long) steps(cols) * parts * PART_BYTES;
    }

    /** Byte at which a part of a number stands. */
    public long at(int row, int col, int part, int cols) {
        long step = row / ROWS * groupBytes(cols) + (long) (col / COLS * parts + part) * PART_BYTES;
        int tile = row % ROWS / TILE_ROWS;
        int pair = col % COLS / 2;
        int place = ((tile * TILE_ROWS + pair) * TILE_ROWS + row % TILE_ROWS) * 2 + col % 2;
        return step + (long) place * Short.BYTES;
    }
}
