package apus.kernels.tornado;

import apus.kernels.tornado.groups.BlockRows;
import apus.kernels.tornado.groups.FloatRows;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** Products as tasks of the kernels that take a token at a time. */
final class RowProducts {
    private RowProducts() {}

    /**
     * @param p with one part
     * @param powers see {@link apus.kernels.tornado.loops.Bf16#powers}
     * @param shifted see {@link apus.kernels.tornado.loops.Bf16#value(short, FloatArray, int)}
     * @param threads of a group
     * @param workers groups for every token
     */
    static void write(
            GraphDraft g,
            Product p,
            FloatArray powers,
            int shifted,
            int threads,
            WorkerGrid workers) {
        KernelContext context = new KernelContext();
        FloatArray x = p.x();
        FloatArray y = p.y();
        FloatArray bias = p.bias();
        int rows = p.outputs();
        int cols = p.w().cols();
        int width = p.width();
        int at = p.at();
        int biased = p.biased();
        Ending e = p.ending();
        FloatArray routes = p.routes();
        int routed = p.routed() ? 1 : 0;
        int spread = p.spread();
        switch (p.numbers()) {
            case Numbers.F32(int _, var data) ->
                    g.task(
                            "productF32Rows",
                            workers,
                            (graph, name) ->
                                    graph.task(
                                            name,
                                            FloatRows::productF32Rows,
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
                                            routes,
                                            routed,
                                            spread,
                                            threads),
                            x,
                            data,
                            bias,
                            y,
                            routes);
            case Numbers.Bf16(int _, var data) ->
                    g.task(
                            "productBf16Rows",
                            workers,
                            (graph, name) ->
                                    graph.task(
                                            name,
                                            FloatRows::productBf16Rows,
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
                                            routes,
                                            routed,
                                            spread,
                                            shifted,
                                            threads),
                            x,
                            data,
                            powers,
                            bias,
                            y,
                            routes);
            case Numbers.F16(int _, var data) ->
                    g.task(
                            "productF16Rows",
                            workers,
                            (graph, name) ->
                                    graph.task(
                                            name,
                                            FloatRows::productF16Rows,
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
                                            routes,
                                            routed,
                                            spread,
                                            threads),
                            x,
                            data,
                            bias,
                            y,
                            routes);
            case Numbers.Int8(int _, var data, var scales, int block) ->
                    g.task(
                            "productInt8Rows",
                            workers,
                            (graph, name) ->
                                    graph.task(
                                            name,
                                            BlockRows::productInt8Rows,
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
                                            routes,
                                            routed,
                                            spread,
                                            threads),
                            x,
                            data,
                            scales,
                            bias,
                            y,
                            routes);
            case Numbers.Int4(int _, var data, var scales, int block) ->
                    g.task(
                            "productInt4Rows",
                            workers,
                            (graph, name) ->
                                    graph.task(
                                            name,
                                            BlockRows::productInt4Rows,
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
                                            routes,
                                            routed,
                                            spread,
                                            threads),
                            x,
                            data,
                            scales,
                            bias,
                            y,
                            routes);
        }
    }
}
