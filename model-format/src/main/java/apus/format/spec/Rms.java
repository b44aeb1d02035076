package apus.format.spec;

/**
 * RMSNorm: y = x / sqrt(mean(x^2) + eps) * (offset + weight). Zhang and Sennrich 2019, arXiv
 * 1910.07467.
 *
 * @param weight as long as what is normalised
 * @param eps added to the mean square
 * @param offset 0, or 1 where the file stores weight - 1 (Gemma)
 */
public record Rms(WeightRef weight, float eps, float offset) implements Norm {}
