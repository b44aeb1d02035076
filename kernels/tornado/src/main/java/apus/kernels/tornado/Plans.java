package apus.kernels.tornado;

import apus.kernels.DeviceException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.ImmutableTaskGraph;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;

/**
 * The compiled graphs of an executor in one execution plan, the one that makes the buffers first.
 * See {@link GraphDraft} for how they share buffers.
 */
final class Plans implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Plans.class.getName());
    private static final int LOAD = 0;

    private final Target target;
    private final TornadoExecutionPlan plan;
    private final List<GraphDraft> drafts;
    private boolean lost;

    /**
     * @param load the graph that makes the buffers
     * @param drafts the others; any may run after any
     * @param taken see {@link GraphDraft#build}
     */
    Plans(
            Target target,
            TaskGraph load,
            List<GraphDraft> drafts,
            Object taken,
            GridScheduler grids) {
        this.target = target;
        this.drafts = List.copyOf(drafts);
        Set<String> names = drafts.stream().map(GraphDraft::name).collect(Collectors.toSet());
        List<ImmutableTaskGraph> graphs = new ArrayList<>();
        graphs.add(load.snapshot());
        drafts.forEach(draft -> graphs.add(draft.build(names, taken).snapshot()));
        this.plan = new TornadoExecutionPlan(graphs.toArray(ImmutableTaskGraph[]::new));
        plan.withAllGraphs().withDevice(target.device());
        target.compilerFlags()
                .ifPresent(
                        flags -> plan.withAllGraphs().withCompilerFlags(target.backend(), flags));
        if (!grids.keySet().isEmpty()) {
            plan.withAllGraphs().withGridScheduler(grids);
        }
    }

    /**
     * Compiles every graph and runs it once, so that no request waits for a compiler.
     *
     * @throws DeviceException if a kernel does not compile, or does not run
     */
    void warm() {
        long start = System.nanoTime();
        execute(LOAD, "uploading the weights");
        long loaded = System.nanoTime();
        LOG.log(
                System.Logger.Level.INFO,
                () ->
                        String.format(
                                Locale.ROOT,
                                "weights are on the device, %.1f s",
                                (loaded - start) / 1e9));
        for (int i = 0; i < drafts.size(); i++) {
            GraphDraft draft = drafts.get(i);
            long from = System.nanoTime();
            if (i > 0) {
                execute(LOAD, "handing buffers on");
            }
            execute(i + 1, "compiling graph " + draft.name());
            int done = i + 1;
            LOG.log(
                    System.Logger.Level.INFO,
                    () ->
                            String.format(
                                    Locale.ROOT,
                                    "compiled graph %s, %d of %d: %d kernels in %.1f s",
                                    draft.name(),
                                    done,
                                    drafts.size(),
                                    draft.tasks(),
                                    (System.nanoTime() - from) / 1e9));
        }
    }

    /** Runs one of the drafts. */
    void run(int draft) {
        execute(draft + 1, "a step");
    }

    private void execute(int graph, String what) {
        if (lost) {
            throw new DeviceException(target.name() + " failed before; the executor is of no use");
        }
        try {
            plan.withGraph(graph).execute();
        } catch (RuntimeException | LinkageError e) {
            lost = true;
            throw new DeviceException(
                    target.name() + " (" + target.driver() + "): " + what + " failed: " + cause(e),
                    e);
        }
    }

    /** The innermost message: it names the kernel. */
    private static String cause(Throwable e) {
        Throwable inner = e;
        while (inner.getCause() != null) {
            inner = inner.getCause();
        }
        return inner.getClass().getSimpleName() + ": " + inner.getMessage();
    }

    @Override
    public void close() {
        try {
            plan.freeDeviceMemory();
            plan.close();
        } catch (TornadoExecutionPlanException | RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "could not free the device's memory", e);
        }
    }
}
