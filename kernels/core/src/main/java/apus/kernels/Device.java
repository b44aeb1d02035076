package apus.kernels;

/**
 * A device that a backend could compute on, for people: {@code apus doctor} and {@code apus
 * inspect} print it.
 *
 * @param name as its driver gives it, {@code NVIDIA H100 80GB HBM3}
 * @param driver how it is reached, with versions as far as known, {@code OpenCL 3.0 CUDA 13.0.1}
 * @param memoryBytes its memory in all
 */
public record Device(String name, String driver, long memoryBytes) {}
