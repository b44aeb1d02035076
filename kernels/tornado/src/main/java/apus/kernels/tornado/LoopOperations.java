package apus.kernels.tornado;

import apus.format.spec.Act;
import apus.format.spec.Attention;
import apus.kernels.tornado.loops.AttentionLoops;
import apus.kernels.tornado.loops.BlockProducts;
import apus.kernels.tornado.loops.FloatProducts;
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

    final FloatArray powers() {
        return powers;
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
        int n = table.cols();
        int adds = add ? 1 : 0;
        int first = 0;
        for (Numbers part : table.parts()) {
            int firstRow = first;
            int rows = part.rows();
            switch (part) {
                case Numbers.F32(int _, var data) ->
                        g.task(
                                "embedF32",
                                (graph, name) ->
                                        graph.task(
                                                name,
                                                RowLoops::embedF32,
                                                step,
                                                data,
                                                x,
                                                tokens,
                                                n,
                                                from,
                                                firstRow,
                                                rows,
                                                adds,
                                                scale),
                                data,
                                x);
                case Numbers.Bf16(int _, var data) ->
                        g.task(
                                "embedBf16",
                                (graph, name) ->
                                        graph.task(
                                                name,
                                                RowLoops::embedBf16,
                                                step,
                                                data,
                                                powers,
                                                x,
                                                tokens,
                                                n,
                                                from,
                                                firstRow,
                                                rows,
                                                adds,
                                                scale),
                                data,
                                powers,
                                x);
                case Numbers.F16(int _, var data) ->
                        g.task(
                                "embedF16",
                                (graph, name) ->
                                        graph.task(
                                                name,
                                                RowLoops::embedF16,
                                                step,
                                                data,
                                                x,
                                                tokens,
                                                n,
                                                from,
                                                firstRow,
                                                rows,
                                                adds,
                                                scale),
                                data,
                                x);
                case Numbers.Int8 _, Numbers.Int4 _ ->
                        throw new IllegalArgumentException(table.name() + " is looked up in");
            }
            first += rows;
        }
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
    public void product(
            GraphDraft g,
            DeviceMatrix w,
            FloatArray x,
            FloatArray y,
            int tokens,
            int width,
            int at,
            Ending ending) {
        int first = at;
        for (int i = 0; i < w.parts().size(); i++) {
            product(g, w, i, x, y, tokens, width, first, ending);
            first += w.parts().get(i).rows();
        }
    }

    void product(
            GraphDraft g,
            DeviceMatrix w,
            int part,
            FloatArray x,
            FloatArray y,
            int tokens,
            int width,
            int at,
            Ending e) {
        int cols = w.cols();
        FloatArray bias = w.biases().get(part);
        int biased = w.biased() ? 1 : 0;
        switch (w.parts().get(part)) {
            case Numbers.F32(int rows, var data) ->
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
                                            e.cap()),
                            x,
                            data,
                            bias,
                            y);
            case Numbers.Bf16(int rows, var data) ->
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
                                            e.cap()),
                            x,
                            data,
                            powers,
                            bias,
                            y);
            case Numbers.F16(int rows, var data) ->
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
                                            e.cap()),
                            x,
                            data,
                            bias,
                            y);
            case Numbers.Int8(int rows, var data, var scales, int block) ->
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
                                            e.cap()),
                            x,
                            data,
                            scales,
                            bias,
                            y);
            case Numbers.Int4(int rows, var data, var scales, int block) ->
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
                                            e.cap()),
                            x,
                            data,
                            scales,
                            bias,
                            y);
        }
    }

    @Override
    public boolean fusesGate() {
        return true;
    }

    @Override
    public void gateHalves(GraphDraft g, FloatArray x, FloatArray y, int tokens, int n, Act act) {
        throw new IllegalArgumentException("fusesGate says so");
    }

    @Override
    public void gated(
            GraphDraft g, DeviceMatrix w, FloatArray x, FloatArray y, int tokens, Act act) {
        int rows = w.rows() / 2;
        int cols = w.cols();
        FloatArray bias = w.biases().getFirst();
        int biased = w.biased() ? 1 : 0;
        int code = Ending.code(act);
        switch (w.parts().getFirst()) {
            case Numbers.F32(int _, var data) ->
                    g.task(
                            "gatedF32",
                            (graph, name) ->
                                    graph.task(
                                            name,
                                            FloatProducts::gatedF32,
                                            x,
                                            data,
                                            bias,
                                            y,
                                            tokens,
                                            rows,
                                            cols,
                                            biased,
                                            code),
                            x,
                            data,
                            bias,
                            y);
            case Numbers.Bf16(int _, var data) ->
                    g.task(
                            "gatedBf16",
                            (graph, name) ->
                                    graph.task(
                                            name,
                                            FloatProducts::gatedBf16,
                                            x,
                                            data,
                                            powers,
                                            bias,
                                            y,
                                            tokens,
                                            rows,
                                            cols,
                                            biased,
                                            code),
                            x,
                            data,
                            powers,
                            bias,
                            y);
            case Numbers.F16(int _, var data) ->
                    g.task(
                            "gatedF16",
                            (graph, name) ->
                                    graph.task(
                                            name,
                                            FloatProducts::gatedF16,
                                            x,
                                            data,
                                            bias,
                                            y,
                                            tokens,
                                            rows,
                                            cols,
                                            biased,
                                            code),
                            x,
                            data,
                            bias,
                            y);
            case Numbers.Int8(int _, var data, var scales, int block) ->
                    g.task(
                            "gatedInt8",
                            (graph, name) ->
                                    graph.task(
                                            name,
                                            BlockProducts::gatedInt8,
                                            x,
                                            data,
                                            scales,
                                            bias,
                                            y,
                                            tokens,
                                            rows,
                                            cols,
                                            block,
                                            biased,
                                            code),
                            x,
                            data,
                            scales,
                            bias,
                            y);
            case Numbers.Int4(int _, var data, var scales, int block) ->
                    g.task(
                            "gatedInt4",
                            (graph, name) ->
                                    graph.task(
                                            name,
                                            BlockProducts::gatedInt4,
                                            x,
                                            data,
                                            scales,
                                            bias,
                                            y,
                                            tokens,
                                            rows,
                                            cols,
                                            block,
                                            biased,
                                            code),
                            x,
                            data,
                            scales,
                            bias,
                            y);
        }
    }

    @Override
    public void gate(GraphDraft g, FloatArray gate, FloatArray up, int n, Act act) {
        int code = Ending.code(act);
        g.task(
                "gateRows",
                (graph, name) -> graph.task(name, RowLoops::gateRows, gate, up, n, code),
                gate,
                up);
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
                                a.softcap()),
                in.qkv(),
                cache.keys(),
                cache.values(),
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
