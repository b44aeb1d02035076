package apus.format.spec;

/**
 * y = x W^T + b.
 *
 * @param weight {@code [out][in]}
 * @param bias {@code [out]} or {@link WeightRef#NONE}
 */
public record Linear(WeightRef weight, WeightRef bias) {}
