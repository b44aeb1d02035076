package apus.format;

/**
 * Small numbers in tiles of rows that stand side by side, so that a vector holds one column of
 * several rows: what a backend packs matrices into at load. Never read from a file.
 *
 * <pre>w[r][c] = scale[r][c / block] * (number[r][c] - zero[r][c / block])</pre>
 *
 * Rows are filled up with zeros to whole tiles; {@code T = ceil(rows / tileRows)}, {@code B =
 * ceil(cols / block)}, and the last block of a row may be shorter.
 *
 * <ul>
 *   <li>data of {@link Code#INT8} and {@link Code#E4M3}: bytes {@code [T][cols][tileRows]}
 *   <li>data of {@link Code#INT4} and {@link Code#E2M1}: int32 {@code
 *       [T][B][wordsPerBlock][tileRows]}, little-endian; column i of a block in bits {@code 4 * (i
 *       % 8)} and up of word {@code i / 8}
 *   <li>scales: {@code scaleType [T][B][tileRows]}
 *   <li>zeros: int8 {@code [T][B][tileRows]}, or none where all are 0
 *   <li>order: as in {@link Block}, or none
 * </ul>
 *
 * Data, scales and zeros may be followed by {@link #SLACK} bytes, so that vectors can be read
 * beyond the end.
 *
 * @param tileRows rows of a tile
 * @param block columns that share a scale, at most {@link #MAX_BLOCK}
 * @param scaleType {@link DType#BF16}, {@link DType#F16} or {@link DType#F32}
 */
public record Tiled(Code code, int tileRows, int block, DType scaleType) implements Format {
    /** Bytes that may be read beyond numbers, scales and zeros. */
    public static final int SLACK = 64;

    /** Columns of the longest block, so that kernels can keep one of a tile in the cache. */
    public static final int MAX_BLOCK = 128;

    private static final int PER_WORD = 8;

    /** How a number is written. */
    public enum Code {
        /** A byte in two's complement, -128 to 127. */
        INT8,
        /** Four bits in two's complement, -8 to 7. */
        INT4,
        /** A byte as in {@link SmallFloats#e4m3}; none that is no number. */
        E4M3,
        /** Four bits as in {@link SmallFloats#e2m1}. */
        E2M1;

        /** Whether numbers are of four bits, in words; else of a byte. */
        public boolean inWords() {
            return switch (this) {
                case INT8, E4M3 -> false;
                case INT4, E2M1 -> true;
            };
        }
    }

    public Tiled {
        if (tileRows < 1 || block < 1 || block > MAX_BLOCK) {
            throw new IllegalArgumentException("tiles of " + tileRows + ", blocks of " + block);
        }
        if (scaleType != DType.BF16 && scaleType != DType.F16 && scaleType != DType.F32) {
            throw new IllegalArgumentException("scales of " + scaleType);
        }
    }

    /** Tiles of so many rows. */
    public int tiles(int rows) {
        return Math.ceilDiv(rows, tileRows);
    }

    /** Blocks of so many columns. */
    public int blocks(int cols) {
        return Math.ceilDiv(cols, block);
    }

    /** Words of a row of a block, where numbers are in words. */
    public int wordsPerBlock() {
        return Math.ceilDiv(block, PER_WORD);
    }

    /** Bytes of the numbers of a tile. */
    public long tileBytes(int cols) {
        return code.inWords()
                ? (long) blocks(cols) * wordsPerBlock() * tileRows * Integer.BYTES
                : (long) cols * tileRows;
    }

    /** Index of a row's block among scales and zeros. */
    public long blockAt(int row, int col, int cols) {
        long tile = row / tileRows;
        return (tile * blocks(cols) + col / block) * tileRows + row % tileRows;
    }
}
