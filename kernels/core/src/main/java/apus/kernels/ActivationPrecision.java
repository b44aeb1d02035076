package apus.kernels;

/** How exactly inputs of matrix products are taken where kernels can choose. */
public enum ActivationPrecision {
    /** As float32. */
    FLOAT32,
    /** Rounded to bfloat16: faster on matrix tiles. */
    BF16
}
