package apus.format.spec;

/**
 * Rows of a tensor, by name: what a model says of a weight before any file is open. A range of rows
 * lets fused tensors be split. A tensor of more than two dimensions (experts) counts as the matrix
 * of its last one, the rows of the first expert first.
 *
 * @param tensor name in the checkpoint; empty for {@link #NONE}
 * @param firstRow first output
 * @param rows number of outputs; for a vector, its length
 * @param cols number of inputs; 0 for a vector
 * @param stride from one row to the next, 1 where they are neighbours; 2 takes every other row
 * @param transposed whether the file holds {@code [inputs][outputs]}
 */
public record WeightRef(
        String tensor, int firstRow, int rows, int cols, int stride, boolean transposed) {
    /** No weight here: a linear layer without bias, for instance. */
    public static final WeightRef NONE = new WeightRef("", 0, 0, 0, 1, false);

    /** The whole matrix {@code [rows][cols]}. */
    public static WeightRef matrix(String tensor, int rows, int cols) {
        return new WeightRef(tensor, 0, rows, cols, 1, false);
    }

    /** The whole vector {@code [length]}. */
    public static WeightRef vector(String tensor, int length) {
        return new WeightRef(tensor, 0, length, 0, 1, false);
    }

    /** Some rows of this matrix, or numbers of this vector. */
    public WeightRef slice(int first, int count) {
        return new WeightRef(tensor, firstRow + first * stride, count, cols, stride, transposed);
    }

    /** Every {@code step}-th row from {@code first} on. */
    public WeightRef every(int step, int first, int count) {
        return new WeightRef(
                tensor, firstRow + first * stride, count, cols, stride * step, transposed);
    }

    /** The same, stored the other way round. */
    public WeightRef asTransposed() {
        return new WeightRef(tensor, firstRow, rows, cols, stride, true);
    }

    public boolean isNone() {
        return tensor.isEmpty();
    }

    public boolean isVector() {
        return cols == 0;
    }

    /** Row after the last one in the file. */
    public long endRow() {
        return rows == 0 ? firstRow : firstRow + (rows - 1L) * stride + 1;
    }
}
