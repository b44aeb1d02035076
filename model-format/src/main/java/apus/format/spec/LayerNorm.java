package apus.format.spec;

/**
 * Layer normalisation: y = (x - mean(x)) / sqrt(variance(x) + eps) * weight + bias. Ba et al. 2016,
 * arXiv 1607.06450.
 *
 * @param weight as long as what is normalised
 * @param bias the same, or {@link WeightRef#NONE}
 * @param eps added to the variance
 */
public record LayerNorm(WeightRef weight, WeightRef bias, float eps) implements Norm {}
