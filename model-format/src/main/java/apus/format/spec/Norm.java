package apus.format.spec;

/**
 * RMSNorm: y = x / sqrt(mean(x^2) + eps) * (offset + weight). Zhang and Sennrich 2019, arXiv
 * 1910.07467.
 *
 * @param weight {@code [hidden]}, or {@code [headDim]} for a norm per head
 * @param eps added to the mean square
 * @param offset 0, or 1 where the file stores weight - 1 (Gemma)
 */
public record Norm(WeightRef weight, float eps, float offset) {
    /** No normalisation at this place. */
    public static final Norm NONE = new Norm(WeightRef.NONE, 0, 0);

    public boolean isNone() {
        return weight.isNone();
    }
}
