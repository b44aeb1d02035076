package apus.kernels.tornado;

import apus.kernels.tornado.groups.BlockGroupProducts;
import apus.kernels.tornado.groups.FloatGroupProducts;
import apus.kernels.tornado.groups.Groups;
import java.util.Optional;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * Products as tasks of the kernels in {@code groups}.
 *
 * @param powers see {@link apus.kernels.tornado.loops.Bf16#powers}
 * @param shifted see {@link apus.kernels.tornado.loops.Bf16#value(short, FloatArray, int)}
 * @param tensor does those of bfloat16, where tensor cores are to; then all of them, since they sum
 *     in an order of their own
 */
record GroupProducts(FloatArray powers, int shifted, Grid grid, Optional<TensorProducts> tensor) {

    /** A product with one part. */
    void write(GraphDraft g, Product p) {
        if (tensor.isPresent() && p.numbers() instanceof Numbers.Bf16(int _, var data)) {
            tensor.get().write(g, p, data);
        } else if (p.tokens() == 1) {
            rows(g, p);
        } else {
            tiles(g, p);
        }
    }

    private void rows(GraphDraft g, Product p) {
        KernelContext context = new KernelContext();
        int threads = threads(grid.matvec(), p.ending());
        WorkerGrid workers = workers(p, threads, 1);
        FloatArray x = p.x();
        FloatArray y = p.y();
        FloatArray bias = p.bias();
        int rows = p.outputs();
        int cols = p.w().cols();
        int width = p.width();
        int at = p.at();
        int biased = p.biased();
        Ending e = p.ending();
        switch (p.numbers()) {
            case Numbers.F32(int _, var data) ->
                    g.task(
                            "productF32Rows",
                            workers,
                            (graph, name) ->
                                    graph.task(
                                            name,
                                            FloatGroupProducts::productF32Rows,
                                            context,
                                            x,
                                            data,
                                            bias,
                                            y,
                                            rows,
                                            cols,
                                            width,
                                            at,
                                            biased,
                                            e.finish(),
                                            e.act(),
                                            e.factor(),
                                            e.cap(),
                                            threads),
                            x,
                            data,
                            bias,
                            y);
            case Numbers.Bf16(int _, var data) ->
                    g.task(
                            "productBf16Rows",
                            workers,
                            (graph, name) ->
                                    graph.task(
                                            name,
                                            FloatGroupProducts::productBf16Rows,
                                            context,
                                            x,
                                            data,
                                            powers,
                                            bias,
                                            y,
                                            rows,
                                            cols,
                                            width,
                                            at,
                                            biased,
                                            e.finish(),
                                            e.act(),
                                            e.factor(),
                                            e.cap(),
                                            shifted,
                                            threads),
                            x,
                            data,
                            powers,
                            bias,
                            y);
            case Numbers.F16(int _, var data) ->
                    g.task(
                            "productF16Rows",
                            workers,
                            (graph, name) ->
                                    graph.task(
                                            name,
                                            FloatGroupProducts::productF16Rows,
                                            context,
                                            x,
                                            data,
                                            bias,
                                            y,
                                            rows,
                                            cols,
                                            width,
                                            at,
                                            biased,
                                            e.finish(),
                                            e.act(),
                                            e.factor(),
                                            e.cap(),
                                            threads),
                            x,
                            data,
                            bias,
                            y);
            case Numbers.Int8(int _, var data, var scales, int block) ->
                    g.task(
                            "productInt8Rows",
                            workers,
                            (graph, name) ->
                                    graph.task(
                                            name,
                                            BlockGroupProducts::productInt8Rows,
                                            context,
                                            x,
                                            data,
                                            scales,
                                            bias,
                                            y,
                                            rows,
                                            cols,
                                            block,
                                            width,
                                            at,
                                            biased,
                                            e.finish(),
                                            e.act(),
                                            e.factor(),
                                            e.cap(),
                                            threads),
                            x,
                            data,
                            scales,
                            bias,
                            y);
            case Numbers.Int4(int _, var data, var scales, int block) ->
                    g.task(
                            "productInt4Rows",
                            workers,
                            (graph, name) ->
                                    graph.task(
                                            name,
                                            BlockGroupProducts::productInt4Rows,
                                            context,
                                            x,
                                            data,
                                            scales,
                                            bias,
                                            y,
                                            rows,
                                            cols,
                                            block,
                                            width,
                                            at,
                                            biased,
                                            e.finish(),
                                            e.act(),
                                            e.factor(),
                                            e.cap(),
                                            threads),
                            x,
                            data,
                            scales,
                            bias,
                            y);
        }
    }

    private void tiles(GraphDraft g, Product p) {
        KernelContext context = new KernelContext();
        int threads = threads(grid.matmul(), p.ending());
        int tokens = p.tokens();
        WorkerGrid workers = workers(p, threads, Math.ceilDiv(tokens, Groups.TOKENS));
        FloatArray x = p.x();
        FloatArray y = p.y();
        FloatArray bias = p.bias();
        int rows = p.outputs();
        int cols = p.w().cols();
        int width = p.width();
        int at = p.at();
        int biased = p.biased();
        Ending e = p.ending();
        switch (p.numbers()) {
            case Numbers.F32(int _, var data) ->
                    g.task(
                            "productF32Tiles",
                            workers,
                            (graph, name) ->
                                    graph.task(
                                            name,
                                            FloatGroupProducts::productF32Tiles,
                                            context,
                                            x,
                                            data,
                                            bias,
                                            y,
                                            tokens,
                                            rows,
                                            cols,
                                            width,
                                            at,
                                            biased,
                                            e.finish(),
                                            e.act(),
                                            e.factor(),
                                            e.cap(),
                                            threads),
                            x,
                            data,
                            bias,
                            y);
            case Numbers.Bf16(int _, var data) ->
                    g.task(
                            "productBf16Tiles",
                            workers,
                            (graph, name) ->
                                    graph.task(
                                            name,
                                            FloatGroupProducts::productBf16Tiles,
                                            context,
                                            x,
                                            data,
                                            powers,
                                            bias,
                                            y,
                                            tokens,
                                            rows,
                                            cols,
                                            width,
                                            at,
                                            biased,
                                            e.finish(),
                                            e.act(),
                                            e.factor(),
                                            e.cap(),
                                            shifted,
                                            threads),
                            x,
                            data,
                            powers,
                            bias,
                            y);
            case Numbers.F16(int _, var data) ->
                    g.task(
                            "productF16Tiles",
                            workers,
                            (graph, name) ->
                                    graph.task(
                                            name,
                                            FloatGroupProducts::productF16Tiles,
                                            context,
                                            x,
                                            data,
                                            bias,
                                            y,
                                            tokens,
                                            rows,
                                            cols,
                                            width,
                                            at,
                                            biased,
                                            e.finish(),
                                            e.act(),
                                            e.factor(),
                                            e.cap(),
                                            threads),
                            x,
                            data,
                            bias,
                            y);
            case Numbers.Int8(int _, var data, var scales, int block) ->
                    g.task(
                            "productInt8Tiles",
                            workers,
                            (graph, name) ->
                                    graph.task(
                                            name,
                                            BlockGroupProducts::productInt8Tiles,
                                            context,
                                            x,
                                            data,
                                            scales,
                                            bias,
                                            y,
                                            tokens,
                                            rows,
                                            cols,
                                            block,
                                            width,
                                            at,
                                            biased,
                                            e.finish(),
                                            e.act(),
                                            e.factor(),
                                            e.cap(),
                                            threads),
                            x,
                            data,
                            scales,
                            bias,
                            y);
            case Numbers.Int4(int _, var data, var scales, int block) ->
                    g.task(
                            "productInt4Tiles",
                            workers,
                            (graph, name) ->
                                    graph.task(
                                            name,
                                            BlockGroupProducts::productInt4Tiles,
                                            context,
                                            x,
                                            data,
                                            scales,
                                            bias,
                                            y,
                                            tokens,
                                            rows,
                                            cols,
                                            block,
                                            width,
                                            at,
                                            biased,
                                            e.finish(),
                                            e.act(),
                                            e.factor(),
                                            e.cap(),
                                            threads),
                            x,
                            data,
                            scales,
                            bias,
                            y);
        }
    }

    /** A gate's rows and the others are shared out in pairs. */
    private static int threads(int wanted, Ending ending) {
        int pair = 2 * Groups.LANES;
        return ending.gates() ? Math.max(pair, wanted / pair * pair) : wanted;
    }

    /** A group for as many rows as it has lanes for, and for as many tokens as it takes at once. */
    private static WorkerGrid workers(Product p, int threads, int tokens) {
        int perGroup = threads / Groups.LANES / (p.ending().gates() ? 2 : 1);
        return Grid.groups((long) Math.ceilDiv(p.outputs(), perGroup) * tokens, threads);
    }
}
