package apus.kernels.tornado;

import apus.format.spec.Attention;
import apus.kernels.tornado.loops.AttentionLoops;
import apus.kernels.tornado.loops.ExpertLoops;
import apus.kernels.tornado.loops.NormLoops;
import apus.kernels.tornado.loops.RowLoops;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** All operations by the kernels in {@code loops}. */
class LoopOperations implements Operations {
    private final FloatArray powers;

    /**
     * @param powers see {@link apus.kernels.tornado.loops.Bf16#powers}, uploaded
     */
    LoopOperations(FloatArray powers) {
        this.powers = powers;
    }

    @Override
    public String description() {
        return "parallel loops";
    }

    @Override
    public void embed(
            GraphDraft g,
            DeviceMatrix table,
            IntArray step,
            int from,
            FloatArray x,
            int tokens,
            float scale,
            boolean add) {
        Lookups.write(g, powers, table, step, from, x, tokens, scale, add ? 1 : 0);
    }

    @Override
    public void norm(GraphDraft g, DeviceNorm norm, FloatArray x, FloatArray y, int tokens) {
        switch (norm) {
            case DeviceNorm.None() -> throw new IllegalArgumentException("nothing to norm by");
            case DeviceNorm.ByRms(int n, FloatArray weight, float eps, float offset) ->
                    g.task(
                            "rmsNorm",
                            (graph, name) ->
                                    graph.task(
                                            name,
                                            NormLoops::rmsNorm,
                                            x,
                                            weight,
                                            y,
                                            tokens,
                                            n,
                                            eps,
                                            offset),
                            x,
                            weight,
                            y);
            case DeviceNorm.ByLayer(
                            int n,
                            FloatArray weight,
                            FloatArray bias,
                            boolean biased,
                            float eps) ->
                    g.task(
                            "layerNorm",
                            (graph, name) ->
                                    graph.task(
                                            name,
                                            NormLoops::layerNorm,
                                            x,
                                            weight,
                                            bias,
                                            y,
                                            tokens,
                                            n,
                                            biased ? 1 : 0,
                                            eps),
                            x,
                            weight,
                            bias,
                            y);
        }
    }

    @Override
    public void normSlices(
            GraphDraft g,
            DeviceNorm norm,
            FloatArray x,
            int tokens,
            int slices,
            int width,
            int at) {
        switch (norm) {
            case DeviceNorm.None() -> {}
            case DeviceNorm.ByRms(int n, FloatArray weight, float eps, float offset) ->
                    g.task(
                            "rmsNormSlices",
                            (graph, name) ->
                                    graph.task(
                                            name,
                                            NormLoops::rmsNormSlices,
                                            x,
                                            weight,
                                            tokens,
                                            slices,
                                            n,
                                            width,
                                            at,
                                            eps,
                                            offset),
                            x,
                            weight);
            case DeviceNorm.ByLayer(
                            int n,
                            FloatArray weight,
                            FloatArray bias,
                            boolean biased,
                            float eps) ->
                    g.task(
                            "layerNormSlices",
                            (graph, name) ->
                                    graph.task(
                                            name,
                                            NormLoops::layerNormSlices,
                                            x,
                                            weight,
                                            bias,
                                            tokens,
                                            slices,
                                            n,
                                            width,
                                            at,
                                            biased ? 1 : 0,
                                            eps),
                            x,
                            weight,
                            bias);
        }
    }

    @Override
    public final void product(GraphDraft g, Product p) {
        for (int i = 0; i < p.w().parts().size(); i++) {
            productOfPart(g, p.part(i));
        }
    }

    /** A product with one part. */
    void productOfPart(GraphDraft g, Product p) {
        LoopProducts.write(g, p, powers);
    }

    @Override
    public void gate(GraphDraft g, FloatArray gate, FloatArray up, int n, Ending ending) {
        g.task(
                "gateRows",
                (graph, name) ->
                        graph.task(
                                name, RowLoops::gateRows, gate, up, n, ending.act(), ending.cap()),
                gate,
                up);
    }

    @Override
    public void route(
            GraphDraft g,
            FloatArray scores,
            FloatArray chosen,
            FloatArray shares,
            int tokens,
            DeviceLayer.Mixture mixture) {
        g.task(
                "route",
                (graph, name) ->
                        graph.task(
                                name,
                                ExpertLoops::route,
                                scores,
                                chosen,
                                shares,
                                tokens,
                                mixture.experts(),
                                mixture.topK()),
                scores,
                chosen,
                shares);
    }

    @Override
    public void combine(
            GraphDraft g,
            FloatArray given,
            FloatArray shares,
            FloatArray y,
            int tokens,
            DeviceLayer.Mixture mixture,
            int n,
            Ending ending) {
        g.task(
                "combine",
                (graph, name) ->
                        graph.task(
                                name,
                                ExpertLoops::combine,
                                given,
                                shares,
                                y,
                                tokens,
                                mixture.topK(),
                                n,
                                mixture.renormalise() ? 1 : 0,
                                ending.finish(),
                                ending.factor()),
                given,
                shares,
                y);
    }

    @Override
    public void ropeAndStore(
            GraphDraft g, Attention a, Cache cache, AttentionInput in, int tokens) {
        g.task(
                "ropeAndStore",
                (graph, name) ->
                        graph.task(
                                name,
                                AttentionLoops::ropeAndStore,
                                in.qkv(),
                                in.angles(),
                                in.step(),
                                cache.keys(),
                                cache.values(),
                                tokens,
                                a.heads(),
                                a.kvHeads(),
                                a.headDim(),
                                in.half(),
                                in.anglesAt(),
                                cache.blockSize()),
                in.qkv(),
                cache.keys(),
                cache.values());
    }

    @Override
    public void attend(
            GraphDraft g, Attention a, Cache cache, AttentionInput in, FloatArray out, int tokens) {
        g.task(
                "attend",
                (graph, name) ->
                        graph.task(
                                name,
                                AttentionLoops::attend,
                                in.qkv(),
                                cache.keys(),
                                cache.values(),
                                in.step(),
                                out,
                                tokens,
                                a.heads(),
                                a.kvHeads(),
                                a.headDim(),
                                cache.blockSize(),
                                a.window(),
                                a.scale(),
                                a.softcap(),
                                in.sinks(),
                                in.sunk() ? 1 : 0),
                in.qkv(),
                cache.keys(),
                cache.values(),
                in.sinks(),
                out);
    }

    @Override
    public void gather(GraphDraft g, FloatArray x, IntArray rows, FloatArray y, int count, int n) {
        g.task(
                "gatherRows",
                (graph, name) -> graph.task(name, RowLoops::gatherRows, x, rows, y, count, n),
                x,
                y);
    }

    @Override
    public void copy(GraphDraft g, FloatArray x, FloatArray y, int n) {
        g.task("copyRows", (graph, name) -> graph.task(name, RowLoops::copyRows, x, y, n), x, y);
    }

    @Override
    public void add(GraphDraft g, FloatArray x, FloatArray y, int n, float factor) {
        g.task(
                "addRows",
                (graph, name) -> graph.task(name, RowLoops::addRows, x, y, n, factor),
                x,
                y);
    }
}
