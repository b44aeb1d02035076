import java.util.Arrays;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.enums.TornadoDeviceType;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * How fast the device copies its own memory by a kernel of TornadoVM: bytes read and written per
 * second. Prints one JSON object. Arguments: MiB of an array, copies per run, runs.
 */
final class CopyBandwidth {
    private CopyBandwidth() {}

    public static void copyArray(FloatArray from, FloatArray to, int n) {
        for (@Parallel int i = 0; i < n; i++) {
            to.set(i, from.get(i));
        }
    }

    public static void main(String[] args) throws Exception {
        int n = Math.toIntExact(Long.parseLong(args[0]) << 18);
        int copies = Integer.parseInt(args[1]);
        int runs = Integer.parseInt(args[2]);
        TornadoDevice device = device();
        FloatArray a = new FloatArray(n);
        FloatArray b = new FloatArray(n);
        for (int i = 0; i < n; i += 1 << 10) {
            a.set(i, i);
        }
        IntArray tick = new IntArray(1);
        GridScheduler grids = new GridScheduler();
        TaskGraph graph =
                new TaskGraph("copies")
                        .transferToDevice(DataTransferMode.FIRST_EXECUTION, a, b)
                        .transferToDevice(DataTransferMode.EVERY_EXECUTION, tick);
        for (int i = 0; i < copies; i++) {
            FloatArray from = i % 2 == 0 ? a : b;
            FloatArray to = i % 2 == 0 ? b : a;
            graph.task("copy" + i, CopyBandwidth::copyArray, from, to, n);
            WorkerGrid1D grid = new WorkerGrid1D(n);
            grid.setLocalWork(256, 1, 1);
            grids.addWorkerGrid("copies.copy" + i, grid);
        }
        graph.transferToHost(DataTransferMode.EVERY_EXECUTION, tick);
        graph.transferToHost(DataTransferMode.UNDER_DEMAND, b);
        double[] rates = new double[runs];
        try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
            plan.withDevice(device).withGridScheduler(grids);
            if (device.getTornadoVMBackend() == TornadoVMBackendType.OPENCL
                    && device.getPlatformName().contains("Portable Computing")) {
                plan.withCompilerFlags(TornadoVMBackendType.OPENCL, "-w");
            }
            plan.execute();
            for (int run = 0; run < runs; run++) {
                long start = System.nanoTime();
                plan.execute();
                rates[run] = 2.0 * Float.BYTES * n * copies / (System.nanoTime() - start);
            }
            plan.execute().transferToHost(b);
        }
        for (int i = 0; i < n; i += 1 << 10) {
            if (b.get(i) != i) {
                throw new IllegalStateException("number " + i + " was not copied");
            }
        }
        Arrays.sort(rates);
        System.out.printf(
                java.util.Locale.ROOT,
                "{\"device\": \"%s (%s, %s)\", \"copy_gb_s\": %.1f, \"mib\": %s, \"copies\": %d, \"runs\": %d}%n",
                device.getPhysicalDevice().getDeviceName(),
                device.getTornadoVMBackend(),
                device.getPlatformName(),
                rates[runs / 2],
                args[0],
                copies,
                runs);
    }

    /** As Apus chooses: a GPU before others, or the one that the property names. */
    private static TornadoDevice device() {
        var runtime = TornadoRuntimeProvider.getTornadoRuntime();
        TornadoDevice found = null;
        int wanted = Integer.getInteger("apus.tornado.device", -1);
        int number = 0;
        for (int b = 0; b < runtime.getNumBackends(); b++) {
            for (int d = 0; d < runtime.getBackend(b).getNumDevices(); d++, number++) {
                TornadoDevice device = runtime.getBackend(b).getDevice(d);
                boolean gpu = device.getDeviceType() == TornadoDeviceType.GPU;
                boolean better =
                        gpu && (found == null || found.getDeviceType() != TornadoDeviceType.GPU);
                if (number == wanted || wanted < 0 && (found == null || better)) {
                    found = device;
                }
            }
        }
        if (found == null) {
            throw new IllegalStateException("there is no such device");
        }
        return found;
    }
}
