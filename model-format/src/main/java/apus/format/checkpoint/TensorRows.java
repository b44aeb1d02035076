package apus.format.checkpoint;

import apus.format.TensorInfo;
import apus.format.spec.WeightRef;
import java.util.List;

/**
 * A tensor seen as a reference sees it: so many rows of so many numbers; a vector has rows of none.
 * Transposed, {@code [experts][inputs][outputs]} has the outputs of all experts as its rows.
 *
 * @param count product of all dimensions but the last; of all for a vector
 * @param cols the last dimension; 0 for a vector
 */
record TensorRows(long count, long cols) {
    static TensorRows of(TensorInfo info, WeightRef ref) {
        List<Long> shape = info.shape();
        if (ref.transposed()) {
            return switch (shape.size()) {
                case 2 -> new TensorRows(shape.get(1), shape.get(0));
                case 3 ->
                        new TensorRows(product(List.of(shape.get(0), shape.get(2))), shape.get(1));
                default -> new TensorRows(0, -1);
            };
        }
        if (ref.isVector()) {
            return new TensorRows(product(shape), shape.isEmpty() ? -1 : 0);
        }
        return shape.size() < 2
                ? new TensorRows(0, -1)
                : new TensorRows(product(shape.subList(0, shape.size() - 1)), shape.getLast());
    }

    /** Cannot overflow: the file has as many bytes at least, unless a dimension is 0. */
    private static long product(List<Long> shape) {
        long product = 1;
        for (long dimension : shape) {
            if (dimension == 0) {
                return 0;
            }
            product *= dimension;
        }
        return product;
    }
}
