package apus.kernels.tornado;

import java.util.Set;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** Runs a graph once on the device that is there. */
final class OnDevice {
    private OnDevice() {}

    /**
     * @param draft all of whose arrays are inputs
     * @param out is fetched
     */
    static void run(GraphDraft draft, GridScheduler grids, FloatArray out) {
        Target target = Targets.chosen();
        TaskGraph graph = draft.build("", Set.of(), out);
        graph.transferToHost(DataTransferMode.EVERY_EXECUTION, out);
        try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
            plan.withDevice(target.device());
            target.compilerFlags()
                    .ifPresent(flags -> plan.withCompilerFlags(target.backend(), flags));
            if (!grids.keySet().isEmpty()) {
                plan.withGridScheduler(grids);
            }
            plan.execute();
        } catch (TornadoExecutionPlanException e) {
            throw new IllegalStateException(e);
        }
    }
}
