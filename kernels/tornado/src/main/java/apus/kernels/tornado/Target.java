package apus.kernels.tornado;

import apus.kernels.Device;
import java.util.Optional;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.TornadoDeviceType;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;

/**
 * The device to compute on.
 *
 * @param budget bytes that may be taken of its memory: what the device has, or less if TornadoVM
 *     was told so ({@code tornado.device.memory}); of a CPU, what can be had of the host's memory
 */
record Target(TornadoDevice device, long budget) {
    private static final String POCL = "Portable Computing";
    private static final String OPENCL_FLAGS = "tornado.opencl.compiler.flags";

    boolean isGpu() {
        return device.getDeviceType() == TornadoDeviceType.GPU;
    }

    String name() {
        return device.getPhysicalDevice().getDeviceName();
    }

    TornadoVMBackendType backend() {
        return device.getTornadoVMBackend();
    }

    /** For people. */
    Device described() {
        return new Device(name(), driver(), device.getMaxGlobalMemory());
    }

    /** How the device is reached, for people. */
    String driver() {
        return backend() + ", " + device.getPlatformName();
    }

    /**
     * Flags for the compiler of the driver, unless the user has set some. TornadoVM's own let
     * OpenCL reorder sums ({@code -cl-fast-relaxed-math}); PoCL has halves under another name.
     */
    Optional<String> compilerFlags() {
        if (backend() != TornadoVMBackendType.OPENCL || System.getProperty(OPENCL_FLAGS) != null) {
            return Optional.empty();
        }
        boolean pocl = device.getPlatformName().contains(POCL);
        return Optional.of(pocl ? "-Dhalf=_Float16 -w" : "-w");
    }
}
