package apus.kernels.tornado;

import apus.kernels.DeviceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import uk.ac.manchester.tornado.api.TornadoBackend;
import uk.ac.manchester.tornado.api.TornadoRuntime;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.TornadoDeviceType;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;

/** Finds devices. */
final class Targets {
    private static final System.Logger LOG = System.getLogger(Targets.class.getName());
    private static final String MODULE = "tornado.runtime";
    private static final String BAILOUT = "tornado.recover.bailout";
    private static final String MEMORY = "tornado.device.memory";
    private static final String DEVICE = "apus.tornado.device";

    private static final String PROGRAM_SIZE = "tornado.tvm.maxbytecodesize";

    /** Bytes of a graph in TornadoVM's own code; a pass of 100 layers takes a tenth. */
    private static final int MOST_PROGRAM_SIZE = 1 << 20;

    /** What TornadoVM takes where nothing is said. */
    private static final long DEFAULT_MEMORY = 4L << 30;

    private Targets() {}

    /**
     * All devices, the one to use first: a GPU before others, unless the system property {@code
     * apus.tornado.device} has the number of another.
     *
     * @throws DeviceException if there is none, with what to do about it
     */
    static List<Target> all() {
        checkFlags();
        if (System.getProperty(PROGRAM_SIZE) == null) {
            // Read once, when the first graph is made. The 4096 that it takes else hold 3 layers.
            System.setProperty(PROGRAM_SIZE, Integer.toString(MOST_PROGRAM_SIZE));
        }
        List<Target> targets = new ArrayList<>();
        try {
            TornadoRuntime runtime = TornadoRuntimeProvider.getTornadoRuntime();
            for (int b = 0; b < runtime.getNumBackends(); b++) {
                TornadoBackend backend = runtime.getBackend(b);
                for (int d = 0; d < backend.getNumDevices(); d++) {
                    TornadoDevice device = backend.getDevice(d);
                    targets.add(new Target(device, budget(device)));
                }
            }
        } catch (RuntimeException | LinkageError e) {
            throw new DeviceException(
                    "TornadoVM found no driver that works ("
                            + e
                            + "); install the driver of your GPU with its OpenCL or CUDA part, and the"
                            + " TornadoVM SDK for that one",
                    e);
        }
        if (targets.isEmpty()) {
            throw new DeviceException(
                    "TornadoVM runs, but no driver shows a device; clinfo or nvidia-smi should");
        }
        return chosenFirst(targets);
    }

    /** The device to use. */
    static Target chosen() {
        return all().getFirst();
    }

    private static List<Target> chosenFirst(List<Target> targets) {
        String wanted = System.getProperty(DEVICE, "");
        if (wanted.isEmpty()) {
            targets.sort(Comparator.comparing(t -> !t.isGpu()));
            return targets;
        }
        for (int i = 0; i < targets.size(); i++) {
            if (wanted.equals(String.valueOf(i))) {
                targets.addFirst(targets.remove(i));
                return targets;
            }
        }
        throw new DeviceException(
                DEVICE + " is " + wanted + ", but devices are 0 to " + (targets.size() - 1));
    }

    private static void checkFlags() {
        if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
            throw new DeviceException(
                    "this JVM was started without TornadoVM; 'bin/apus serve --backend tornado' starts"
                            + " one with it, or give java the argfile of your TornadoVM SDK:"
                            + " @$TORNADOVM_HOME/tornado-argfile");
        }
        if (!"false".equalsIgnoreCase(System.getProperty(BAILOUT, ""))) {
            throw new DeviceException(
                    "a kernel that fails would go on as sequential code, with wrong results; start the"
                            + " JVM with -D"
                            + BAILOUT
                            + "=False");
        }
    }

    private static long budget(TornadoDevice device) {
        long bytes = Math.min(device.getMaxGlobalMemory(), memoryLimit());
        return device.getDeviceType() == TornadoDeviceType.CPU
                ? Math.min(bytes, hostMemory())
                : bytes;
    }

    /** What the host could give, caches of files included; Long.MAX_VALUE where it does not say. */
    private static long hostMemory() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/meminfo"))) {
                if (line.startsWith("MemAvailable:")) {
                    return Long.parseLong(line.replaceAll("\\D", "")) << 10;
                }
            }
        } catch (IOException | NumberFormatException e) {
            LOG.log(System.Logger.Level.DEBUG, "the system does not tell its memory", e);
        }
        return Long.MAX_VALUE;
    }

    /** As TornadoVM reads it: bytes, or with one of KB, MB, GB, TB. */
    static long memoryLimit() {
        String text = System.getProperty(MEMORY, "");
        if (text.isEmpty()) {
            return DEFAULT_MEMORY;
        }
        try {
            String digits = text.replaceAll("[KMGT]?B$", "");
            int unit = "KMGT".indexOf(text.charAt(Math.min(digits.length(), text.length() - 1)));
            return Math.multiplyExact(Long.parseLong(digits), 1L << (10 * (unit + 1)));
        } catch (ArithmeticException | NumberFormatException e) {
            throw new DeviceException(MEMORY + " is " + text + "; it is written like 16GB", e);
        }
    }
}
