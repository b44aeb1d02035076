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
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;

/**
 * The compiled graphs of an executor in one execution plan, the loads first. See {@link GraphDraft}
 * for how they share buffers.
 */
final class Plans implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Plans.class.getName());

    private final Target target;
    private final TornadoExecutionPlan plan;
    private final List<GraphDraft> drafts;
    private final int loads;
    private boolean lost;

    /**
     * @param loads see {@link LoadWriter}
     * @param drafts the others; any may run after any
     * @param taken see {@link GraphDraft#build}
     */
    Plans(
            Target target,
            List<TaskGraph> loads,
            List<GraphDraft> drafts,
            Object taken,
            GridScheduler grids,
            boolean cudaGraphs) {
        this.target = target;
        this.drafts = List.copyOf(drafts);
        this.loads = loads.size();
        Set<String> names = drafts.stream().map(GraphDraft::name).collect(Collectors.toSet());
        List<ImmutableTaskGraph> graphs = new ArrayList<>();
        loads.forEach(load -> graphs.add(load.snapshot()));
        for (GraphDraft draft : drafts) {
            String load = LoadWriter.name(draft.segment());
            graphs.add(draft.build(load, names, taken).snapshot());
        }
        this.plan = new TornadoExecutionPlan(graphs.toArray(ImmutableTaskGraph[]::new));
        plan.withAllGraphs().withDevice(target.device());
        target.compilerFlags()
                .ifPresent(
                        flags -> plan.withAllGraphs().withCompilerFlags(target.backend(), flags));
        if (!grids.keySet().isEmpty()) {
            plan.withAllGraphs().withGridScheduler(grids);
        }
        if (cudaGraphs && target.backend() == TornadoVMBackendType.CUDA) {
            // Before the first execution, or graphs are never replayed; other backends throw.
            plan.withAllGraphs().withCUDAGraph();
        }
    }

    /**
     * Compiles every graph and runs it once, so that no request waits for a compiler.
     *
     * @throws DeviceException if a kernel does not compile, or does not run
     */
    void warm() {
        long start = System.nanoTime();
        for (int i = 0; i < loads; i++) {
            execute(i, "uploading the weights");
        }
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
            execute(draft.segment(), "handing buffers on");
            execute(loads + i, "compiling graph " + draft.name());
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
        execute(loads + draft, "a step");
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
