package apus.format.spec;

/** Activation functions of feed-forward layers. */
public enum Act {
    /** x * sigmoid(x). */
    SILU,
    /** 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))). */
    GELU_TANH,
    /** 0.5 x (1 + erf(x / sqrt(2))). */
    GELU,
    /** max(x, 0). */
    RELU
}
