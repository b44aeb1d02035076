package apus.kernels.tornado;

import apus.kernels.tornado.groups.Groups;
import java.util.Optional;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * Chooses the kernels in {@code groups} for a product.
 *
 * @param powers see {@link apus.kernels.tornado.loops.Bf16#powers}
 * @param shifted see {@link apus.kernels.tornado.loops.Bf16#value(short, FloatArray, int)}
 * @param tensor does those of bfloat16, where tensor cores are to; then all of them but those of
 *     experts, since they sum in an order of their own
 */
record GroupProducts(FloatArray powers, int shifted, Grid grid, Optional<TensorProducts> tensor) {

    /** A product with one part. */
    void write(GraphDraft g, Product p) {
        boolean apart = p.tokens() == 1 || p.routed();
        if (tensor.isPresent()
                && !p.routed()
                && p.numbers() instanceof Numbers.Bf16(int _, var data)) {
            tensor.get().write(g, p, data);
        } else if (apart) {
            int threads = threads(grid.matvec(), p.ending());
            RowProducts.write(g, p, powers, shifted, threads, workers(p, threads, p.tokens()));
        } else {
            int threads = threads(grid.matmul(), p.ending());
            int turns = Math.ceilDiv(p.tokens(), Groups.TOKENS);
            TileProducts.write(g, p, powers, shifted, threads, workers(p, threads, turns));
        }
    }

    /** A gate's rows and the others are shared out in pairs. */
    private static int threads(int wanted, Ending ending) {
        int pair = 2 * Groups.LANES;
        return ending.gates() ? Math.max(pair, wanted / pair * pair) : wanted;
    }

    /** A group for as many rows as it has lanes for, and for each turn. */
    private static WorkerGrid workers(Product p, int threads, int turns) {
        int perGroup = threads / Groups.LANES / (p.ending().gates() ? 2 : 1);
        return Grid.groups((long) Math.ceilDiv(p.outputs(), perGroup) * turns, threads);
    }
}
