package apus.format.checkpoint;

import static apus.format.checkpoint.PlainNumbers.I16;
import static apus.format.checkpoint.PlainNumbers.I32;

import apus.format.spec.WeightRef;
import java.lang.foreign.MemorySegment;
import java.util.stream.IntStream;

/**
 * Turns matrices that a file holds as {@code [inputs][outputs]}, or, one after another for each
 * expert, as {@code [experts][inputs][outputs]}, into rows of inputs. In tiles that stay in the
 * processor's first cache, rows of tiles by all processors: number by number, every write would
 * meet another page.
 *
 * @param ref whose rows count outputs, those of the first expert first
 * @param outputs of one expert, or of the matrix
 * @param from the tensor
 */
record Transposed(WeightRef ref, long outputs, MemorySegment from) {
    private static final int TILE = 64;

    /**
     * Overwrites {@code to}, [rows][cols].
     *
     * @param size bytes of a number, 2 or 4
     */
    void copy(int size, MemorySegment to) {
        int tiles = Math.ceilDiv(ref.rows(), TILE);
        IntStream.range(0, tiles)
                .parallel()
                .forEach(tile -> {
                    switch (size) {
                        case Short.BYTES -> copy16(tile * TILE, to);
                        case Integer.BYTES -> copy32(tile * TILE, to);
                        default -> throw new IllegalArgumentException("size " + size);
                    }
                });
    }

    /** Number of the tensor at which a row begins; its next ones are {@link #outputs} apart. */
    private long start(int row) {
        long at = ref.fileRow(row);
        return at / outputs * ref.cols() * outputs + at % outputs;
    }

    private long[] starts(int firstRow) {
        return IntStream.range(firstRow, Math.min(firstRow + TILE, ref.rows()))
                .mapToLong(this::start)
                .toArray();
    }

    private void copy16(int firstRow, MemorySegment to) {
        long[] starts = starts(firstRow);
        short[] tile = new short[TILE * TILE];
        for (int first = 0; first < ref.cols(); first += TILE) {
            int cols = Math.min(TILE, ref.cols() - first);
            for (int c = 0; c < cols; c++) {
                long line = (first + c) * outputs;
                for (int r = 0; r < starts.length; r++) {
                    tile[r * TILE + c] = from.get(I16, (starts[r] + line) * Short.BYTES);
                }
            }
            for (int r = 0; r < starts.length; r++) {
                long at = ((long) (firstRow + r) * ref.cols() + first) * Short.BYTES;
                MemorySegment.copy(tile, r * TILE, to, I16, at, cols);
            }
        }
    }

    private void copy32(int firstRow, MemorySegment to) {
        long[] starts = starts(firstRow);
        int[] tile = new int[TILE * TILE];
        for (int first = 0; first < ref.cols(); first += TILE) {
            int cols = Math.min(TILE, ref.cols() - first);
            for (int c = 0; c < cols; c++) {
                long line = (first + c) * outputs;
                for (int r = 0; r < starts.length; r++) {
                    tile[r * TILE + c] = from.get(I32, (starts[r] + line) * Integer.BYTES);
                }
            }
            for (int r = 0; r < starts.length; r++) {
                long at = ((long) (firstRow + r) * ref.cols() + first) * Integer.BYTES;
                MemorySegment.copy(tile, r * TILE, to, I32, at, cols);
            }
        }
    }
}
