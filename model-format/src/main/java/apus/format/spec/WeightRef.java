package apus.format.spec;

/**
 * Rows of a tensor, by name: what a model says of a weight before any file is open. A choice of
 * rows lets fused tensors be split. A tensor of more than two dimensions (experts) counts as the
 * matrix of its last one, the rows of the first expert first.
 *
 * @param tensor name in the checkpoint; empty for {@link #NONE}
 * @param firstRow first output
 * @param rows number of outputs; for a vector, its length
 * @param cols number of inputs; 0 for a vector
 * @param run rows that are neighbours in the file
 * @param stride from the beginning of one run to that of the next; equal to {@code run} where all
 *     rows are neighbours
 * @param transposed whether the file holds {@code [inputs][outputs]}, or {@code
 *     [experts][inputs][outputs]}, where rows are the outputs, those of the first expert first
 */
public record WeightRef(
        String tensor, int firstRow, int rows, int cols, int run, int stride, boolean transposed) {
    /** No weight here: a linear layer without bias, for instance. */
    public static final WeightRef NONE = new WeightRef("", 0, 0, 0, 1, 1, false);

    /** The whole matrix {@code [rows][cols]}. */
    public static WeightRef matrix(String tensor, int rows, int cols) {
        return new WeightRef(tensor, 0, rows, cols, 1, 1, false);
    }

    /** The whole vector {@code [length]}. */
    public static WeightRef vector(String tensor, int length) {
        return new WeightRef(tensor, 0, length, 0, 1, 1, false);
    }

    /** Some neighbouring rows of this matrix, or numbers of this vector. */
    public WeightRef slice(int first, int count) {
        return slice(first, count, 1, 1);
    }

    /** Runs of rows, {@code stride} apart, {@code count} rows in all. */
    public WeightRef slice(int first, int count, int newRun, int newStride) {
        assert isTogether() : "a choice from " + this;
        return new WeightRef(tensor, firstRow + first, count, cols, newRun, newStride, transposed);
    }

    /** The same, stored the other way round. */
    public WeightRef asTransposed() {
        return new WeightRef(tensor, firstRow, rows, cols, run, stride, true);
    }

    public boolean isNone() {
        return tensor.isEmpty();
    }

    public boolean isVector() {
        return cols == 0;
    }

    /** Whether all rows are neighbours in the file. */
    public boolean isTogether() {
        return run == stride || rows <= run;
    }

    /** Where a row is in the file. */
    public long fileRow(int row) {
        return firstRow + (long) (row / run) * stride + row % run;
    }

    /** Row of the file after the last one. */
    public long endRow() {
        return rows == 0 ? firstRow : fileRow(rows - 1) + 1;
    }
}
