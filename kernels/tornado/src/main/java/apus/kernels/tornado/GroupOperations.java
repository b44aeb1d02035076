package apus.kernels.tornado;

import apus.format.spec.Attention;
import apus.kernels.DeviceException;
import apus.kernels.tornado.groups.GroupAttention;
import apus.kernels.tornado.groups.GroupNorms;
import apus.kernels.tornado.groups.Groups;
import java.util.Optional;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * Sums by the kernels in {@code groups}; what a thread can do for each number by itself, by those
 * in {@code loops}.
 */
final class GroupOperations extends LoopOperations {
    private final Grid grid;
    private final GroupProducts products;

    /**
     * @param powers see {@link LoopOperations}
     * @param cuda whether that is the backend
     * @param tensor see {@link GroupProducts}
     */
    GroupOperations(FloatArray powers, boolean cuda, Grid grid, Optional<TensorProducts> tensor) {
        super(powers);
        this.grid = grid;
        this.products = new GroupProducts(powers, cuda ? 1 : 0, grid, tensor);
    }

    @Override
    public String description() {
        return products.tensor().isPresent() ? "work groups and tensor cores" : "work groups";
    }

    @Override
    public void norm(GraphDraft g, DeviceNorm norm, FloatArray x, FloatArray y, int tokens) {
        KernelContext context = new KernelContext();
        int threads = grid.norm();
        WorkerGrid workers = Grid.groups(tokens, threads);
        switch (norm) {
            case DeviceNorm.None() -> throw new IllegalArgumentException("nothing to norm by");
            case DeviceNorm.ByRms(int n, var weight, float eps, float offset) ->
                    g.task(
                            "rmsNormGroups",
                            workers,
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
            case DeviceNorm.ByLayer(int n, var weight, var bias, boolean biased, float eps) ->
                    g.task(
                            "layerNormGroups",
                            workers,
                            (graph, name) ->
                                    graph.task(
                                            name,
                                            GroupNorms::layerNormGroups,
                                            context,
                                            x,
                                            weight,
                                            bias,
                                            y,
                                            n,
                                            biased ? 1 : 0,
                                            eps,
                                            threads),
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
        KernelContext context = new KernelContext();
        int most = Math.max(Groups.LANES, Integer.highestOneBit(Math.max(1, norm.length())));
        int threads = Math.min(grid.norm(), most);
        WorkerGrid workers = Grid.groups((long) tokens * slices, threads);
        switch (norm) {
            case DeviceNorm.None() -> {}
            case DeviceNorm.ByRms(int n, var weight, float eps, float offset) ->
                    g.task(
                            "rmsNormSliceGroups",
                            workers,
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
            case DeviceNorm.ByLayer(int n, var weight, var bias, boolean biased, float eps) ->
                    g.task(
                            "layerNormSliceGroups",
                            workers,
                            (graph, name) ->
                                    graph.task(
                                            name,
                                            GroupNorms::layerNormSliceGroups,
                                            context,
                                            x,
                                            weight,
                                            bias,
                                            slices,
                                            n,
                                            width,
                                            at,
                                            biased ? 1 : 0,
                                            eps,
                                            threads),
                            x,
                            weight,
                            bias);
        }
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
                                in.sinks(),
                                in.sunk() ? 1 : 0,
                                threads),
                in.qkv(),
                cache.keys(),
                cache.values(),
                in.sinks(),
                out);
    }

    @Override
    void productOfPart(GraphDraft g, Product p) {
        products.write(g, p);
    }
}
