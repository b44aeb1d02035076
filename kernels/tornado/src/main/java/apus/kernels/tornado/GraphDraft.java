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
 * <p>Buffers are shared over all graphs of a plan like this: the graph {@link #LOAD} makes them,
 * and hands all of them over to a graph that runs right after it, once. From then on a graph has
 * them, and of the graph before it takes one array, since TornadoVM insists on taking something (it
 * would else take everything from a graph that may not have it).
 */
final class GraphDraft {
    /** Name of the graph that makes the buffers. */
    static final String LOAD = "load";

    private final String name;
    private final GridScheduler grids;
    private final IdentityHashMap<Object, Object> arrays = new IdentityHashMap<>();
    private final List<Object> used = new ArrayList<>();
    private final List<Object> inputs = new ArrayList<>();
    private final List<Object> outputs = new ArrayList<>();
    private final List<Consumer<TaskGraph>> tasks = new ArrayList<>();

    /**
     * @param name letters and digits; the tasks are called after it
     * @param grids gets the grids of tasks that need one
     */
    GraphDraft(String name, GridScheduler grids) {
        this.name = name;
        this.grids = grids;
    }

    String name() {
        return name;
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
     * @param before names of the graphs that may run before this one
     * @param taken the array to take from them
     */
    TaskGraph build(Set<String> before, Object taken) {
        TaskGraph graph = new TaskGraph(name);
        if (!inputs.isEmpty()) {
            graph.transferToDevice(DataTransferMode.EVERY_EXECUTION, inputs.toArray());
        }
        if (!used.isEmpty()) {
            graph.consumeFromDevice(LOAD, used.toArray());
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
     * The graph that makes the buffers.
     *
     * @param uploaded arrays that are uploaded once
     * @param made arrays that the tasks write first
     */
    TaskGraph buildLoad(List<?> uploaded, List<?> made) {
        TaskGraph graph = new TaskGraph(name);
        graph.transferToDevice(DataTransferMode.FIRST_EXECUTION, uploaded.toArray());
        tasks.forEach(task -> task.accept(graph));
        graph.persistOnDevice(Stream.of(uploaded, made).flatMap(List::stream).toArray());
        return graph;
    }
}
