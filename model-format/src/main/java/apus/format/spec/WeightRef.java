package apus.format.spec;

/**
 * Rows of a tensor, by name: what a model says of a weight before any file is open. A range of rows
 * lets fused tensors be split without copying.
 *
 * @param tensor name in the checkpoint; empty for {@link #NONE}
 * @param firstRow first output
 * @param rows number of outputs; for a vector, its length is {@code cols} and {@code rows} is 1
 * @param cols number of inputs
 */
public record WeightRef(String tensor, int firstRow, int rows, int cols) {
    /** No weight here: a linear layer without bias, for instance. */
    public static final WeightRef NONE = new WeightRef("", 0, 0, 0);

    /** The whole matrix {@code [rows][cols]}. */
    public static WeightRef matrix(String tensor, int rows, int cols) {
        return new WeightRef(tensor, 0, rows, cols);
    }

    /** The whole vector {@code [length]}. */
    public static WeightRef vector(String tensor, int length) {
        return new WeightRef(tensor, 0, 1, length);
    }

    public boolean isNone() {
        return tensor.isEmpty();
    }
}
