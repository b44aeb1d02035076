package apus.kernels.tornado;

import apus.kernels.tornado.loops.RowLoops;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Rows of tables as tasks: see {@link Operations#embed}. */
final class Lookups {
    private Lookups() {}

    static void write(
            GraphDraft g,
            FloatArray powers,
            DeviceMatrix table,
            IntArray step,
            int from,
            FloatArray x,
            int tokens,
            float scale,
            int adds) {
        int n = table.cols();
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
}
