package apus.kernels.tornado;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;

/**
 * A task graph being put together: its tasks, and which arrays lie on the device.
 *
 * <p>Buffers are shared over all graphs of a plan like this: a load makes them (see {@link
 * LoadWriter}), and hands those that a graph uses over to it when it runs right before it, once.
 * From then on the graph has them, and of the graph before it takes one array, since TornadoVM
 * insists on taking something (it would else take everything from a graph that may not have it).
 */
final class GraphDraft {
    /**
     * Tasks of one graph: TornadoVM keeps 8192 bytes for the list of them, and a task takes 15 and
     * 5 for each of at most 20 arguments.
     */
    static final int MOST_TASKS = 70;

    private final String name;
    private final int segment;
    private final GridScheduler grids;
    private final IdentityHashMap<Object, Object> arrays = new IdentityHashMap<>();
    private final List<Object> used = new ArrayList<>();
    private final List<Object> inputs = new ArrayList<>();
    private final List<Object> outputs = new ArrayList<>();
    private final List<Consumer<TaskGraph>> tasks = new ArrayList<>();

    /**
     * @param name letters and digits; the tasks are called after it
     * @param segment the load that makes its buffers
     * @param grids gets the grids of tasks that need one
     */
    GraphDraft(String name, int segment, GridScheduler grids) {
        this.name = name;
        this.segment = segment;
        this.grids = grids;
    }

    String name() {
        return name;
    }

    int segment() {
        return segment;
    }

    /** The arrays on the device that the tasks use. */
    List<Object> used() {
        return used;
    }

    int tasks() {
        return tasks.size();
    }

    /** Arrays that are uploaded before every run. */
    void input(Object... fromHost) {
        add(inputs, fromHost);
    }

    /** Arrays that are fetched after every run; their buffers are this graph's own. */
    void output(Object... toHost) {
        add(outputs, toHost);
    }

    private void add(List<Object> list, Object... all) {
        for (Object array : all) {
            if (arrays.put(array, array) == null) {
                list.add(array);
            }
        }
    }

    /**
     * Adds a task.
     *
     * @param kernel for messages; the task is called after it
     * @param task adds it under the name it is given
     * @param onDevice the arrays among its arguments, but for inputs and outputs
     */
    void task(String kernel, NamedTask task, Object... onDevice) {
        add(used, onDevice);
        String own = kernel + tasks.size();
        tasks.add(graph -> task.addTo(graph, own));
    }

    /** The same on a grid of its own. */
    void task(String kernel, WorkerGrid grid, NamedTask task, Object... onDevice) {
        grids.addWorkerGrid(name + "." + kernel + tasks.size(), grid);
        task(kernel, task, onDevice);
    }

    /** Adds a task under a name. */
    interface NamedTask {
        void addTo(TaskGraph graph, String name);
    }

    /**
     * The graph.
     *
     * @param load name of the load of the segment
     * @param before names of the graphs that may run before this one
     * @param taken the array to take from them
     */
    TaskGraph build(String load, Set<String> before, Object taken) {
        TaskGraph graph = new TaskGraph(name);
        if (!inputs.isEmpty()) {
            graph.transferToDevice(DataTransferMode.EVERY_EXECUTION, inputs.toArray());
        }
        if (!used.isEmpty()) {
            graph.consumeFromDevice(load, used.toArray());
        }
        for (String other : before) {
            graph.consumeFromDevice(other, taken);
        }
        tasks.forEach(task -> task.accept(graph));
        if (!used.isEmpty()) {
            graph.persistOnDevice(used.toArray());
        }
        if (!outputs.isEmpty()) {
            graph.transferToHost(DataTransferMode.EVERY_EXECUTION, outputs.toArray());
        }
        return graph;
    }

    /**
     * A load.
     *
     * @param uploaded arrays that are uploaded once
     * @param made arrays that the tasks write first
     * @param handedOn arrays that the load before, if there is one, hands on
     * @param before the load before, or empty
     * @param others names of the graphs that run before this one later
     * @param taken the array to take from them
     */
    TaskGraph buildLoad(
            List<?> uploaded,
            List<?> made,
            List<?> handedOn,
            String before,
            Set<String> others,
            Object taken) {
        TaskGraph graph = new TaskGraph(name);
        if (!uploaded.isEmpty()) {
            graph.transferToDevice(DataTransferMode.FIRST_EXECUTION, uploaded.toArray());
        }
        if (!before.isEmpty()) {
            graph.consumeFromDevice(before, handedOn.toArray());
            others.forEach(other -> graph.consumeFromDevice(other, taken));
        }
        tasks.forEach(task -> task.accept(graph));
        graph.persistOnDevice(
                Stream.of(uploaded, made, before.isEmpty() ? List.of() : handedOn)
                        .flatMap(List::stream)
                        .toArray());
        return graph;
    }
}
