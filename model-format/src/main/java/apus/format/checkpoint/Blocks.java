package apus.format.checkpoint;

import static apus.format.checkpoint.PlainNumbers.I16;
import static apus.format.checkpoint.PlainNumbers.I32;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import apus.format.Block;
import apus.format.DType;
import apus.format.Weight;
import apus.format.spec.WeightRef;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.stream.IntStream;

/**
 * A matrix in {@link Block} form, filled from another order in tiles: foreign orders run along the
 * outputs, this one along the inputs, so a matrix is turned in pieces that stay in the processor's
 * first cache. Tiles of rows are filled by all processors; each holds two small arrays and nothing
 * else besides the result.
 */
final class Blocks {
    /** Numbers in a word of 32 bits. */
    static final int PER_WORD = 8;

    /** Rows of a tile, a multiple of {@link #PER_WORD}. */
    static final int TILE_ROWS = 64;

    /** Words of a row in a tile. */
    private static final int TILE_WORDS = 64;

    private final WeightRef ref;
    private final Block format;
    private final int groups;
    private final MemorySegment data;
    private final MemorySegment scales;
    private final MemorySegment zeros;
    private final MemorySegment order;

    /** The foreign order. Called from several threads. */
    interface Source {
        /**
         * The numbers of a tile, eight neighbouring columns to a word, the first in its lowest
         * bits.
         *
         * @param words [rows][wordsPerRow], to be overwritten
         * @param firstWord eighth of the first column
         */
        void numbers(int firstRow, int rows, int firstWord, int wordsPerRow, int[] words);

        /** Zero point of a group of a row, below 256. */
        int zero(int row, int group);

        /** Bits of the scale of a group of a row. */
        short scale(int row, int group);
    }

    /**
     * Allocates the result.
     *
     * @param order input of each column; empty where they are the same
     * @param arena shared between threads
     */
    Blocks(WeightRef ref, int size, DType scaleType, int[] order, Arena arena) {
        this.ref = ref;
        this.format = new Block(size, scaleType, order.length > 0);
        this.groups = ref.cols() / size;
        this.data = arena.allocate((long) ref.rows() * ref.cols() / 2, 64);
        this.scales = arena.allocate((long) ref.rows() * groups * Short.BYTES, 64);
        this.zeros = arena.allocate((long) ref.rows() * groups, 64);
        this.order = order.length > 0 ? arena.allocateFrom(JAVA_INT, order) : MemorySegment.NULL;
    }

    /** Bytes of a matrix in this form, its order included if it may have one. */
    static long bytes(WeightRef ref, int size, boolean ordered) {
        long blocks = (long) ref.rows() * (ref.cols() / size);
        return (long) ref.rows() * ref.cols() / 2
                + blocks * (Short.BYTES + 1)
                + (ordered ? (long) ref.cols() * Integer.BYTES : 0);
    }

    Weight fill(Source source) {
        int tiles = Math.ceilDiv(ref.rows(), TILE_ROWS);
        IntStream.range(0, tiles).parallel().forEach(tile -> fill(source, tile * TILE_ROWS));
        return new Weight(
                ref.tensor(),
                format,
                ref.rows(),
                ref.cols(),
                data.asReadOnly(),
                scales.asReadOnly(),
                zeros.asReadOnly(),
                order);
    }

    private void fill(Source source, int firstRow) {
        int rows = Math.min(TILE_ROWS, ref.rows() - firstRow);
        int rowWords = ref.cols() / PER_WORD;
        int[] tile = new int[rows * Math.min(TILE_WORDS, rowWords)];
        for (int w = 0; w < rowWords; w += TILE_WORDS) {
            int words = Math.min(TILE_WORDS, rowWords - w);
            source.numbers(firstRow, rows, w, words, tile);
            for (int r = 0; r < rows; r++) {
                long to = ((long) (firstRow + r) * rowWords + w) * Integer.BYTES;
                MemorySegment.copy(tile, r * words, data, I32, to, words);
            }
        }
        for (int g = 0; g < groups; g++) {
            for (int r = firstRow; r < firstRow + rows; r++) {
                long at = (long) r * groups + g;
                zeros.set(JAVA_BYTE, at, (byte) source.zero(r, g));
                scales.set(I16, at * Short.BYTES, source.scale(r, g));
            }
        }
    }
}
