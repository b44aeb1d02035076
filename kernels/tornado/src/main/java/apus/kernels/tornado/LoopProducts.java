package apus.kernels.tornado;

import apus.kernels.tornado.loops.BlockProducts;
import apus.kernels.tornado.loops.FloatProducts;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** Products as tasks of the kernels in {@code loops}. */
final class LoopProducts {
    private LoopProducts() {}

    /**
     * @param p with one part
     * @param powers see {@link apus.kernels.tornado.loops.Bf16#powers}
     */
    static void write(GraphDraft g, Product p, FloatArray powers) {
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
        int tokens = p.tokens();
        switch (p.numbers()) {
            case Numbers.F32(int _, var data) ->
                    g.task(
                            "productF32",
                            (graph, name) ->
                                    graph.task(
                                            name,
                                            FloatProducts::productF32,
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
                                            routes,
                                            routed,
                                            spread),
                            x,
                            data,
                            bias,
                            y,
                            routes);
            case Numbers.Bf16(int _, var data) ->
                    g.task(
                            "productBf16",
                            (graph, name) ->
                                    graph.task(
                                            name,
                                            FloatProducts::productBf16,
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
                                            routes,
                                            routed,
                                            spread),
                            x,
                            data,
                            powers,
                            bias,
                            y,
                            routes);
            case Numbers.F16(int _, var data) ->
                    g.task(
                            "productF16",
                            (graph, name) ->
                                    graph.task(
                                            name,
                                            FloatProducts::productF16,
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
                                            routes,
                                            routed,
                                            spread),
                            x,
                            data,
                            bias,
                            y,
                            routes);
            case Numbers.Int8(int _, var data, var scales, int block) ->
                    g.task(
                            "productInt8",
                            (graph, name) ->
                                    graph.task(
                                            name,
                                            BlockProducts::productInt8,
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
                                            routes,
                                            routed,
                                            spread),
                            x,
                            data,
                            scales,
                            bias,
                            y,
                            routes);
            case Numbers.Int4(int _, var data, var scales, int block) ->
                    g.task(
                            "productInt4",
                            (graph, name) ->
                                    graph.task(
                                            name,
                                            BlockProducts::productInt4,
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
                                            routes,
                                            routed,
                                            spread),
                            x,
                            data,
                            scales,
                            bias,
                            y,
                            routes);
        }
    }
}
