package apus.format.spec;

/**
 * Rotary position embedding: the pair (x[i], x[i + rotaryDim/2]) is turned by position *
 * frequency[i]. Su et al. 2021, arXiv 2104.09864, in the half-split layout of HuggingFace
 * checkpoints. {@link RopeFrequencies} gives the numbers.
 *
 * @param base theta
 * @param rotaryDim leading dimensions of a head that are turned; even, at most the head's size
 * @param scaling stretch beyond the trained length
 */
public record Rope(double base, int rotaryDim, RopeScaling scaling) implements Position {}
