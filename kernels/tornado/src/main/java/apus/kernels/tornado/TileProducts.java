package apus.kernels.tornado;

import apus.kernels.tornado.groups.BlockTiles;
import apus.kernels.tornado.groups.FloatTiles;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** Products as tasks of the kernels that take several tokens at a time. */
final class TileProducts {
    private TileProducts() {}

    /**
     * The same as {@link RowProducts#write}.
     *
     * @param workers groups for every few tokens
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
        int tokens = p.tokens();
        switch (p.numbers()) {
            case Numbers.F32(int _, var data) ->
                    g.task(
                            "productF32Tiles",
                            workers,
                            (graph, name) ->
                                    graph.task(
                                            name,
                                            FloatTiles::productF32Tiles,
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
                                            FloatTiles::productBf16Tiles,
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
                                            FloatTiles::productF16Tiles,
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
                                            BlockTiles::productInt8Tiles,
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
                                            BlockTiles::productInt4Tiles,
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
}
