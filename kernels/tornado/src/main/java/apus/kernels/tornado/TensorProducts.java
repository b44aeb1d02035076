package apus.kernels.tornado;

import apus.kernels.tornado.groups.TensorCores;
import apus.kernels.tornado.loops.SumLoops;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.ShortArray;

/**
 * Products with matrices of bfloat16 as tasks for tensor cores: inputs as bfloat16, sums, and what
 * becomes of them.
 *
 * @param inputs holds those of one product, {@code parts} * tokens * columns
 * @param sums holds those of one product, as many as {@link #sumsOf}
 * @param parts bfloat16 numbers that an input becomes the sum of
 */
record TensorProducts(ShortArray inputs, FloatArray sums, int parts) {

    /** Sums of the rows of a matrix and so many tokens, padded to whole groups. */
    static long sumsOf(long rows, int tokens) {
        return padded(tokens) * stride(rows);
    }

    private static long padded(int tokens) {
        int atOnce = atOnce(tokens);
        return (long) Math.ceilDiv(tokens, atOnce) * atOnce;
    }

    private static int atOnce(int tokens) {
        return tokens <= TensorCores.FEW ? TensorCores.FEW : TensorCores.MANY;
    }

    private static long stride(long rows) {
        return Math.ceilDiv(rows, TensorCores.ROWS) * TensorCores.ROWS;
    }

    /** A product with one part, of bfloat16. */
    void write(GraphDraft g, Product p, ShortArray data) {
        FloatArray x = p.x();
        int numbers = p.tokens() * p.w().cols();
        g.task(
                "split",
                (graph, name) -> graph.task(name, SumLoops::split, x, inputs, numbers, parts),
                x,
                inputs);
        sum(g, p, data);
        FloatArray y = p.y();
        FloatArray bias = p.bias();
        int stride = (int) stride(p.w().rows());
        Ending e = p.ending();
        g.task(
                "finishSums",
                (graph, name) ->
                        graph.task(
                                name,
                                SumLoops::finishSums,
                                sums,
                                bias,
                                y,
                                p.tokens(),
                                p.outputs(),
                                stride,
                                p.width(),
                                p.at(),
                                p.biased(),
                                e.finish(),
                                e.act(),
                                e.factor(),
                                e.cap()),
                sums,
                bias,
                y);
    }

    private void sum(GraphDraft g, Product p, ShortArray data) {
        KernelContext context = new KernelContext();
        int tokens = p.tokens();
        int rows = p.w().rows();
        int cols = p.w().cols();
        int stride = (int) stride(rows);
        boolean few = tokens <= TensorCores.FEW;
        long groups = padded(tokens) / atOnce(tokens) * (stride / TensorCores.ROWS);
        g.task(
                few ? "tensorFew" : "tensorMany",
                Grid.groups(groups, TensorCores.THREADS),
                (graph, name) -> {
                    if (few) {
                        graph.task(
                                name,
                                TensorCores::few,
                                context,
                                inputs,
                                data,
                                sums,
                                tokens,
                                rows,
                                cols,
                                stride,
                                parts);
                    } else {
                        graph.task(
                                name,
                                TensorCores::many,
                                context,
                                inputs,
                                data,
                                sums,
                                tokens,
                                rows,
                                cols,
                                stride,
                                parts);
                    }
                },
                inputs,
                data,
                sums);
    }
}
