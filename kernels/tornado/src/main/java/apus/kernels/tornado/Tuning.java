package apus.kernels.tornado;

import apus.kernels.DeviceException;
import java.util.Optional;

/**
 * What may be tuned by system properties.
 *
 * @param buckets {@code apus.tornado.buckets}: numbers of tokens that plans are made for, between
 *     commas; empty for powers of two
 * @param groups {@code apus.tornado.groups}: {@code true} for kernels with work groups, {@code
 *     false} for plain loops; empty for what suits the device
 * @param grid see {@link Grid}
 * @param tensorParts {@code apus.tornado.tensorCores}: bfloat16 numbers that an input of a product
 *     on tensor cores becomes the sum of: {@code off} for 0, which is to do without them, {@code
 *     bf16} for 1, {@code bf16x2} for 2
 * @param maxElements most numbers of one array
 * @param mostTasks of one graph
 * @param cudaGraphs {@code apus.tornado.cudaGraphs}: {@code false} to launch kernels one by one on
 *     CUDA; other backends always do
 */
record Tuning(
        String buckets,
        Optional<Boolean> groups,
        Grid grid,
        int tensorParts,
        long maxElements,
        int mostTasks,
        boolean cudaGraphs) {
    static final String TENSOR_CORES = "apus.tornado.tensorCores";
    private static final String CUDA_GRAPHS = "apus.tornado.cudaGraphs";

    /** Arrays are indexed by an int, and hold their length and a header in front. */
    static final long MAX_ELEMENTS = Integer.MAX_VALUE - 64;

    static Tuning ofSystem() {
        return new Tuning(
                System.getProperty("apus.tornado.buckets", ""),
                Optional.ofNullable(System.getProperty("apus.tornado.groups"))
                        .map(Boolean::parseBoolean),
                Grid.ofSystem(),
                tensorParts(System.getProperty(TENSOR_CORES, "off")),
                MAX_ELEMENTS,
                GraphDraft.MOST_TASKS,
                flag(CUDA_GRAPHS, System.getProperty(CUDA_GRAPHS, "true")));
    }

    static int tensorParts(String value) {
        return switch (value) {
            case "off" -> 0;
            case "bf16" -> 1;
            case "bf16x2" -> 2;
            default ->
                    throw new DeviceException(
                            TENSOR_CORES + " is off, bf16 or bf16x2, found '" + value + "'");
        };
    }

    private static boolean flag(String key, String value) {
        return switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new DeviceException(key + " is true or false, found '" + value + "'");
        };
    }
}
