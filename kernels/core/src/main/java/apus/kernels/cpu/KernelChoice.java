package apus.kernels.cpu;

import apus.kernels.ActivationPrecision;
import apus.kernels.DeviceException;
import apus.kernels.ExecutorOptions.CpuChoice;
import apus.kernels.cpu.tile.TileKernels;
import java.lang.reflect.InvocationTargetException;
import java.util.Locale;

/**
 * Which kernels serve, and why. The Vector API ones are loaded by name, and only where the
 * incubator module can be read, so that nothing else in this module depends on it (the pattern of
 * Lucene's VectorizationProvider).
 *
 * @param kernels the chosen implementation
 * @param why what a user may want to know of the choice; empty if there is nothing to say
 */
record KernelChoice(CpuKernels kernels, String why) {
    private static final System.Logger LOG = System.getLogger(KernelChoice.class.getName());
    private static final String MODULE = "jdk.incubator.vector";
    private static final String VECTOR_KERNELS = "apus.kernels.cpu.simd.VectorKernels";
    private static final String ADVICE = "start the JVM with --add-modules " + MODULE;

    /** Holder: made once per JVM, and only if somebody wants it. */
    private static final class Vector {
        static final CpuKernels KERNELS = load();

        private static CpuKernels load() {
            try {
                return Class.forName(VECTOR_KERNELS)
                        .asSubclass(CpuKernels.class)
                        .getDeclaredConstructor()
                        .newInstance();
            } catch (InvocationTargetException e) {
                throw new DeviceException(
                        "the Vector API kernels cannot start: " + e.getCause(), e.getCause());
            } catch (ReflectiveOperationException e) {
                throw new DeviceException("the Vector API kernels cannot be loaded: " + e, e);
            }
        }
    }

    /** Warns once per JVM. */
    private static final class Warning {
        static {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "the Vector API is not available, scalar kernels serve (many times slower); "
                            + ADVICE);
        }

        static void give() {}
    }

    /** The reason in brackets, to stand behind what it is a reason for. */
    String remark() {
        return why.isEmpty() ? "" : " (" + why + ")";
    }

    /** With inputs as float32. */
    static KernelChoice of(CpuChoice choice) {
        return of(choice, ActivationPrecision.FLOAT32);
    }

    /**
     * Decides.
     *
     * @throws DeviceException if what is forced cannot be had, or if inputs are to be rounded and
     *     the kernels do not
     */
    static KernelChoice of(CpuChoice choice, ActivationPrecision precision) {
        if (precision != ActivationPrecision.FLOAT32 && choice != CpuChoice.TILE) {
            throw new DeviceException(
                    "activations as "
                            + precision.name().toLowerCase(Locale.ROOT)
                            + " are for tile kernels, and "
                            + choice.name().toLowerCase(Locale.ROOT)
                            + " kernels were asked for: these take float32");
        }
        return switch (choice) {
            case SCALAR -> new KernelChoice(new ScalarKernels(), "forced");
            case VECTOR -> {
                if (!available()) {
                    throw new DeviceException(
                            "Vector API kernels were asked for, but module "
                                    + MODULE
                                    + " is not there: "
                                    + ADVICE);
                }
                yield new KernelChoice(Vector.KERNELS, "forced");
            }
            case TILE -> new KernelChoice(TileKernels.open(precision, withoutTiles()), "forced");
            case AUTO ->
                    available()
                            ? new KernelChoice(Vector.KERNELS, aboutTiles())
                            : new KernelChoice(withoutTiles(), "no Vector API: " + ADVICE);
        };
    }

    /** What serves where tiles do not. */
    private static CpuKernels withoutTiles() {
        if (available()) {
            return Vector.KERNELS;
        }
        Warning.give();
        return new ScalarKernels();
    }

    /** Their code has run on no processor that has them: whoever wants them says so. */
    private static String aboutTiles() {
        return TileKernels.missing()
                .map(reason -> "no matrix tiles: " + reason)
                .orElse("matrix tiles: there, not yet taken by auto");
    }

    private static boolean available() {
        return ModuleLayer.boot()
                .findModule(MODULE)
                .filter(m -> KernelChoice.class.getModule().canRead(m))
                .isPresent();
    }
}
