package apus.runtime;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/** How much memory keys and values get. */
final class CacheSize {
    private static final long MAX_DEFAULT = 4L << 30;
    private static final Path MEMINFO = Path.of("/proc/meminfo");

    private CacheSize() {}

    /**
     * The smaller of 4 GiB and a quarter of what is free after the weights: the rest of the machine
     * wants to live too.
     */
    static long byDefault(long weightBytes, long availableBytes) {
        return Math.min(MAX_DEFAULT, Math.max(0, availableBytes - weightBytes) / 4);
    }

    /**
     * What a share of the memory that can be had leaves beside weights and buffers.
     *
     * @param share above 0, at most 1
     * @param taken bytes of weights and buffers
     * @throws RequestException if nothing is left
     */
    static long byShare(double share, long taken, long availableBytes) {
        long budget = (long) (share * availableBytes);
        if (budget <= taken) {
            throw new RequestException(
                    "gpu_memory_utilization",
                    "'gpu_memory_utilization' "
                            + share
                            + " allows "
                            + (budget >> 20)
                            + " MiB of the "
                            + (availableBytes >> 20)
                            + " MiB that can be had, but weights and buffers of this model take "
                            + (taken >> 20)
                            + " MiB; raise it.");
        }
        return budget - taken;
    }

    /** Memory that can still be had, in bytes; a container's limit counts. */
    static long available() {
        var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long free = system.getFreeMemorySize();
        // Linux counts cached files as used, though they give way; the mapped weights are such.
        long reclaimable = memAvailable();
        long total = system.getTotalMemorySize();
        // Elsewhere cached files count as used too, and nothing says how many there are.
        return reclaimable > 0 ? Math.min(reclaimable, total) : Math.max(free, total / 2);
    }

    private static long memAvailable() {
        try {
            for (String line : Files.readAllLines(MEMINFO)) {
                if (line.startsWith("MemAvailable:")) {
                    return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
                }
            }
        } catch (IOException | NumberFormatException e) {
            return 0; // not Linux
        }
        return 0;
    }
}
