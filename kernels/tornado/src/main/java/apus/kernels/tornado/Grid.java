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
 * @param tiles {@code workgroup.tiles}: the same of one that multiplies with several
 * @param norm {@code workgroup.norm}: threads of a group that norms, a power of two
 */
record Grid(int matvec, int tiles, int norm) {
    private static final String FILE = "apus.tornado.grid";
    private static final String MATVEC = "workgroup.matvec";
    private static final String TILES = "workgroup.tiles";
    private static final String NORM = "workgroup.norm";
    static final Grid DEFAULT = new Grid(256, 256, 256);

    Grid {
        multiple(MATVEC, matvec);
        multiple(TILES, tiles);
        if (norm < 1 || norm > Groups.MOST_THREADS || Integer.bitCount(norm) != 1) {
            throw new DeviceException(
                    NORM
                            + " must be a power of two up to "
                            + Groups.MOST_THREADS
                            + ", found "
                            + norm);
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
        Set<String> known = Set.of(MATVEC, TILES, NORM);
        for (String key : properties.stringPropertyNames()) {
            if (!known.contains(key)) {
                throw new DeviceException(file + ": '" + key + "' is not known; " + known + " are");
            }
        }
        return new Grid(
                number(properties, MATVEC, DEFAULT.matvec),
                number(properties, TILES, DEFAULT.tiles),
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
