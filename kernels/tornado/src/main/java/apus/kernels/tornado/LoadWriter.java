package apus.kernels.tornado;

import apus.kernels.tornado.loops.RowLoops;
import apus.kernels.tornado.loops.TouchLoops;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.types.arrays.ByteArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.HalfFloatArray;
import uk.ac.manchester.tornado.api.types.arrays.ShortArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * Writes the loads: graphs that upload weights and make the buffers that stay on the device, one
 * for each segment of a pass. The first has what several segments use, which goes from load to
 * load.
 */
final class LoadWriter {
    private static final int FLOATS_AT_ONCE = 4;

    private final List<TornadoNativeArray> uploads;
    private final HostArrays host;

    /**
     * @param uploads what has content; whatever else is used gets zeros
     */
    LoadWriter(List<TornadoNativeArray> uploads, HostArrays host) {
        this.uploads = uploads;
        this.host = host;
    }

    /** Name of a segment's load. */
    static String name(int segment) {
        return "load" + segment;
    }

    /**
     * A load for each segment, in order.
     *
     * @param drafts of all segments
     * @param taken see {@link GraphDraft#build}
     */
    List<TaskGraph> write(List<GraphDraft> drafts, Object taken, GridScheduler grids) {
        int segments = 1 + drafts.stream().mapToInt(GraphDraft::segment).max().orElse(0);
        IdentityHashMap<Object, Integer> owner = new IdentityHashMap<>();
        Set<Object> shared = Collections.newSetFromMap(new IdentityHashMap<>());
        for (GraphDraft draft : drafts) {
            for (Object array : draft.used()) {
                Integer other = owner.putIfAbsent(array, draft.segment());
                if (other != null && other != draft.segment()) {
                    shared.add(array);
                    owner.put(array, 0);
                }
            }
        }
        Set<String> names = drafts.stream().map(GraphDraft::name).collect(Collectors.toSet());
        List<Object> handedOn = List.copyOf(shared);
        List<TaskGraph> loads = new ArrayList<>();
        for (int i = 0; i < segments; i++) {
            int segment = i;
            List<TornadoNativeArray> own =
                    owner.entrySet().stream()
                            .filter(e -> e.getValue() == segment)
                            .map(e -> (TornadoNativeArray) e.getKey())
                            .toList();
            GraphDraft draft = new GraphDraft(name(i), i, grids);
            loads.add(load(draft, own, handedOn, i == 0 ? "" : name(i - 1), names, taken));
        }
        return loads;
    }

    private TaskGraph load(
            GraphDraft g,
            List<TornadoNativeArray> own,
            List<Object> handedOn,
            String before,
            Set<String> others,
            Object taken) {
        Set<Object> full = Collections.newSetFromMap(new IdentityHashMap<>());
        full.addAll(uploads);
        List<TornadoNativeArray> uploaded = own.stream().filter(full::contains).toList();
        List<TornadoNativeArray> made = own.stream().filter(a -> !full.contains(a)).toList();
        FloatArray sink = host.onDevice(1);
        touch(g, uploaded, sink);
        clear(g, made);
        List<TornadoNativeArray> written = new ArrayList<>(made);
        written.add(sink);
        return g.buildLoad(uploaded, written, handedOn, before, others, taken);
    }

    private static void touch(GraphDraft g, List<TornadoNativeArray> uploaded, FloatArray sink) {
        List<FloatArray> floats = new ArrayList<>();
        for (TornadoNativeArray array : uploaded) {
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
    }

    private static void clear(GraphDraft g, List<TornadoNativeArray> made) {
        for (TornadoNativeArray array : made) {
            int n = array.getSize();
            switch (array) {
                case FloatArray a ->
                        g.task(
                                "clearRows",
                                (graph, name) -> graph.task(name, RowLoops::clearRows, a, n));
                case ShortArray a ->
                        g.task(
                                "clearShorts",
                                (graph, name) -> graph.task(name, RowLoops::clearShorts, a, n));
                default -> throw new IllegalArgumentException("a buffer of " + array.getClass());
            }
        }
    }
}
