package apus.kernels.tornado;

import apus.kernels.DeviceException;
import apus.kernels.tornado.groups.Groups;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.Set;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.WorkerGrid1D;

/**
 * Sizes of work groups, which users may tune for their device: a properties file that the system
 * property {@code apus.tornado.grid} names. Results differ in their last bits from one grid to
 * another, and never within one.
 *
 * @param matvec {@code workgroup.matvec}: threads of a group that multiplies with one token, 32 for
 *     each row
 * @param matmul {@code workgroup.matmul}: the same of one that multiplies with several
 * @param attention {@code workgroup.attention}: threads of a group that attends, and positions of a
 *     tile; a power of two, at least half of a head's dimensions
 * @param norm {@code workgroup.norm}: threads of a group that norms, a power of two
 */
record Grid(int matvec, int matmul, int attention, int norm) {
    private static final String FILE = "apus.tornado.grid";
    private static final String MATVEC = "workgroup.matvec";
    private static final String MATMUL = "workgroup.matmul";
    private static final String ATTENTION = "workgroup.attention";
    private static final String NORM = "workgroup.norm";
    static final Grid DEFAULT = new Grid(256, 256, 128, 256);

    Grid {
        multiple(MATVEC, matvec);
        multiple(MATMUL, matmul);
        power(ATTENTION, attention);
        power(NORM, norm);
    }

    private static void power(String key, int threads) {
        if (threads < 1 || threads > Groups.MOST_THREADS || Integer.bitCount(threads) != 1) {
            throw new DeviceException(
                    key
                            + " must be a power of two up to "
                            + Groups.MOST_THREADS
                            + ", found "
                            + threads);
        }
    }

    private static void multiple(String key, int threads) {
        if (threads < 1 || threads > Groups.MOST_THREADS || threads % Groups.LANES != 0) {
            throw new DeviceException(
                    key
                            + " must be a multiple of "
                            + Groups.LANES
                            + " up to "
                            + Groups.MOST_THREADS
                            + ", found "
                            + threads);
        }
    }

    /**
     * The user's, or what stands here.
     *
     * @throws DeviceException if the file is not there, or has a key or a value that is not known
     */
    static Grid ofSystem() {
        String file = System.getProperty(FILE, "");
        return file.isEmpty() ? DEFAULT : read(Path.of(file));
    }

    static Grid read(Path file) {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (IOException | IllegalArgumentException e) {
            throw new DeviceException(FILE + ": cannot read " + file + ": " + e.getMessage(), e);
        }
        Set<String> known = Set.of(MATVEC, MATMUL, ATTENTION, NORM);
        for (String key : properties.stringPropertyNames()) {
            if (!known.contains(key)) {
                throw new DeviceException(file + ": '" + key + "' is not known; " + known + " are");
            }
        }
        return new Grid(
                number(properties, MATVEC, DEFAULT.matvec),
                number(properties, MATMUL, DEFAULT.matmul),
                number(properties, ATTENTION, DEFAULT.attention),
                number(properties, NORM, DEFAULT.norm));
    }

    private static int number(Properties properties, String key, int otherwise) {
        String text = properties.getProperty(key, String.valueOf(otherwise)).strip();
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new DeviceException(key + " must be a whole number, found '" + text + "'", e);
        }
    }

    /** So many groups of so many threads. */
    static WorkerGrid groups(long count, int threads) {
        WorkerGrid1D grid = new WorkerGrid1D(Math.toIntExact(count * threads));
        grid.setLocalWork(threads, 1, 1);
        return grid;
    }
}
