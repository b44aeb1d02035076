package apus.format.spec;

/** How a vector is normalised. */
public sealed interface Norm permits Norm.None, Rms, LayerNorm {
    /** No normalisation at this place. */
    Norm NONE = new None();

    /** No normalisation at this place. */
    record None() implements Norm {}
}
