package apus.kernels.tornado;

import apus.kernels.tornado.loops.RowLoops;
import apus.kernels.tornado.loops.TouchLoops;
import java.util.ArrayList;
import java.util.List;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.types.arrays.ByteArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.HalfFloatArray;
import uk.ac.manchester.tornado.api.types.arrays.ShortArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/** Writes the graph that uploads weights, and makes the buffers that stay on the device. */
final class LoadWriter {
    private static final int FLOATS_AT_ONCE = 4;

    private LoadWriter() {}

    /**
     * @param made gets zeros
     * @param sink f32[1] on the device
     */
    static TaskGraph write(
            List<TornadoNativeArray> uploads,
            List<FloatArray> made,
            FloatArray sink,
            GraphDraft g) {
        List<FloatArray> floats = new ArrayList<>();
        for (TornadoNativeArray array : uploads) {
            switch (array) {
                case FloatArray a -> floats.add(a);
                case ShortArray a ->
                        g.task(
                                "touchShorts",
                                (graph, name) ->
                                        graph.task(name, TouchLoops::touchShorts, a, sink));
                case HalfFloatArray a ->
                        g.task(
                                "touchHalves",
                                (graph, name) ->
                                        graph.task(name, TouchLoops::touchHalves, a, sink));
                case ByteArray a ->
                        g.task(
                                "touchBytes",
                                (graph, name) -> graph.task(name, TouchLoops::touchBytes, a, sink));
                default -> throw new IllegalArgumentException("an upload of " + array.getClass());
            }
        }
        for (int i = 0; i < floats.size(); i += FLOATS_AT_ONCE) {
            int at = i;
            g.task(
                    "touchFloats",
                    (graph, name) ->
                            graph.task(
                                    name,
                                    TouchLoops::touchFloats,
                                    floats.get(at),
                                    floats.get(Math.min(at + 1, floats.size() - 1)),
                                    floats.get(Math.min(at + 2, floats.size() - 1)),
                                    floats.get(Math.min(at + 3, floats.size() - 1)),
                                    sink));
        }
        for (FloatArray array : made) {
            int n = array.getSize();
            g.task("clearRows", (graph, name) -> graph.task(name, RowLoops::clearRows, array, n));
        }
        List<FloatArray> written = new ArrayList<>(made);
        written.add(sink);
        return g.buildLoad(uploads, written);
    }
}
