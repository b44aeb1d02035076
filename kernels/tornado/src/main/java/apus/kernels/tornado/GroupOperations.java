package apus.kernels.tornado;

import apus.format.spec.Act;
import apus.format.spec.Attention;
import apus.kernels.DeviceException;
import apus.kernels.tornado.groups.BlockGroupProducts;
import apus.kernels.tornado.groups.FloatGroupProducts;
import apus.kernels.tornado.groups.GroupAttention;
import apus.kernels.tornado.groups.GroupNorms;
import apus.kernels.tornado.groups.Groups;
import apus.kernels.tornado.loops.RowLoops;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * Sums by the kernels in {@code groups}; what a thread can do for each number by itself, by those
 * in {@code loops}.
 */
final class GroupOperations extends LoopOperations {
    private final Grid grid;

    /**
     * @param powers see {@link LoopOperations}
     */
    GroupOperations(FloatArray powers, Grid grid) {
        super(powers);
        this.grid = grid;
    }

    @Override
    public String description() {
        return "work groups";
    }

    @Override
    public boolean fusesGate() {
        return false;
    }

    @Override
    public void norm(GraphDraft g, DeviceNorm norm, FloatArray x, FloatArray y, int tokens) {
        if (!(norm instanceof DeviceNorm.ByRms(int n, var weight, float eps, float offset))) {
            super.norm(g, norm, x, y, tokens);
            return;
        }
        KernelContext context = new KernelContext();
        int threads = grid.norm();
        g.task(
                "rmsNormGroups",
                Grid.groups(tokens, threads),
                (graph, name) ->
                        graph.task(
                                name,
                                GroupNorms::rmsNormGroups,
                                context,
                                x,
                                weight,
                                y,
                                n,
                                eps,
                                offset,
                                threads),
                x,
                weight,
                y);
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
        if (!(norm instanceof DeviceNorm.ByRms(int n, var weight, float eps, float offset))) {
            super.normSlices(g, norm, x, tokens, slices, width, at);
            return;
        }
        KernelContext context = new KernelContext();
        int threads = Math.min(grid.norm(), Math.max(Groups.LANES, Integer.highestOneBit(n)));
        g.task(
                "rmsNormSliceGroups",
                Grid.groups((long) tokens * slices, threads),
                (graph, name) ->
                        graph.task(
                                name,
                                GroupNorms::rmsNormSliceGroups,
                                context,
                                x,
                                weight,
                                slices,
                                n,
                                width,
                                at,
                                eps,
                                offset,
                                threads),
                x,
                weight);
    }

    @Override
    public void gated(
            GraphDraft g, DeviceMatrix w, FloatArray x, FloatArray y, int tokens, Act act) {
        throw new IllegalArgumentException("fusesGate says so");
    }

    @Override
    public void gateHalves(GraphDraft g, FloatArray x, FloatArray y, int tokens, int n, Act act) {
        int code = Ending.code(act);
        g.task(
                "gateHalves",
                (graph, name) -> graph.task(name, RowLoops::gateHalves, x, y, tokens, n, code),
                x,
                y);
    }

    @Override
    public void attend(
            GraphDraft g, Attention a, Cache cache, AttentionInput in, FloatArray out, int tokens) {
        int threads = grid.attention();
        if (a.headDim() > 2 * threads) {
            throw new DeviceException(
                    "workgroup.attention must be at least half of a head's "
                            + a.headDim()
                            + " dimensions, found "
                            + threads);
        }
        KernelContext context = new KernelContext();
        g.task(
                "attendGroups",
                Grid.groups((long) tokens * a.heads(), threads),
                (graph, name) ->
                        graph.task(
                                name,
                                GroupAttention::attendGroups,
                                context,
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
                                threads),
                in.qkv(),
                cache.keys(),
                cache.values(),
                out);
    }

    @Override
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
        if (tokens == 1) {
            rows(g, w, part, x, y, width, at, e);
        } else {
            tiles(g, w, part, x, y, tokens, width, at, e);
        }
    }

    private void rows(
            GraphDraft g,
            DeviceMatrix w,
            int part,
            FloatArray x,
            FloatArray y,
            int width,
            int at,
            Ending e) {
        KernelContext context = new KernelContext();
        int threads = grid.matvec();
        int cols = w.cols();
        FloatArray bias = w.biases().get(part);
        int biased = w.biased() ? 1 : 0;
        switch (w.parts().get(part)) {
            case Numbers.F32(int rows, var data) ->
                    g.task(
                            "productF32Rows",
                            grid(rows, threads, 1),
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
            case Numbers.Bf16(int rows, var data) ->
                    g.task(
                            "productBf16Rows",
                            grid(rows, threads, 1),
                            (graph, name) ->
                                    graph.task(
                                            name,
                                            FloatGroupProducts::productBf16Rows,
                                            context,
                                            x,
                                            data,
                                            powers(),
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
                            powers(),
                            bias,
                            y);
            case Numbers.F16(int rows, var data) ->
                    g.task(
                            "productF16Rows",
                            grid(rows, threads, 1),
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
            case Numbers.Int8(int rows, var data, var scales, int block) ->
                    g.task(
                            "productInt8Rows",
                            grid(rows, threads, 1),
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
            case Numbers.Int4(int rows, var data, var scales, int block) ->
                    g.task(
                            "productInt4Rows",
                            grid(rows, threads, 1),
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

    private void tiles(
            GraphDraft g,
            DeviceMatrix w,
            int part,
            FloatArray x,
            FloatArray y,
            int tokens,
            int width,
            int at,
            Ending e) {
        KernelContext context = new KernelContext();
        int threads = grid.matmul();
        int cols = w.cols();
        FloatArray bias = w.biases().get(part);
        int biased = w.biased() ? 1 : 0;
        switch (w.parts().get(part)) {
            case Numbers.F32(int rows, var data) ->
                    g.task(
                            "productF32Tiles",
                            grid(rows, threads, Math.ceilDiv(tokens, Groups.TOKENS)),
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
            case Numbers.Bf16(int rows, var data) ->
                    g.task(
                            "productBf16Tiles",
                            grid(rows, threads, Math.ceilDiv(tokens, Groups.TOKENS)),
                            (graph, name) ->
                                    graph.task(
                                            name,
                                            FloatGroupProducts::productBf16Tiles,
                                            context,
                                            x,
                                            data,
                                            powers(),
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
                            powers(),
                            bias,
                            y);
            case Numbers.F16(int rows, var data) ->
                    g.task(
                            "productF16Tiles",
                            grid(rows, threads, Math.ceilDiv(tokens, Groups.TOKENS)),
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
            case Numbers.Int8(int rows, var data, var scales, int block) ->
                    g.task(
                            "productInt8Tiles",
                            grid(rows, threads, Math.ceilDiv(tokens, Groups.TOKENS)),
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
            case Numbers.Int4(int rows, var data, var scales, int block) ->
                    g.task(
                            "productInt4Tiles",
                            grid(rows, threads, Math.ceilDiv(tokens, Groups.TOKENS)),
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

    /** A group for as many rows as it has lanes for, and for as many tokens as it takes at once. */
    private static WorkerGrid grid(int rows, int threads, int tokens) {
        int perGroup = threads / Groups.LANES;
        return Grid.groups((long) Math.ceilDiv(rows, perGroup) * tokens, threads);
    }
}
