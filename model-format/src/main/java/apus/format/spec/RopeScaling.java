package apus.format.spec;

import java.util.List;

/**
 * The rope scalings of HuggingFace configurations ({@code transformers/modeling_rope_utils.py}).
 * Lengths are in tokens.
 */
public sealed interface RopeScaling {
    /** Frequencies as trained. */
    record Unscaled() implements RopeScaling {}

    /** Positions divided by {@code factor}. */
    record Linear(double factor) implements RopeScaling {}

    /** NTK-aware base that grows with the sequence once it is longer than {@code originalMax}. */
    record Dynamic(double factor, int originalMax) implements RopeScaling {}

    /**
     * Llama 3.1: low frequencies divided by {@code factor}, high ones kept, a smooth passage
     * between.
     */
    record Llama3(double factor, double lowFreqFactor, double highFreqFactor, int originalMax)
            implements RopeScaling {}

    /** YaRN, Peng et al. 2023, arXiv 2309.00071. {@code attentionFactor} scales cos and sin. */
    record Yarn(
            double factor,
            int originalMax,
            double betaFast,
            double betaSlow,
            double attentionFactor,
            boolean truncate)
            implements RopeScaling {}

    /**
     * Factors per frequency, one list up to {@code originalMax} tokens and another for a sequence
     * longer than that; on crossing it, cached keys are void. Ding et al. 2024, arXiv 2402.13753.
     */
    record LongRope(
            List<Double> shortFactor,
            List<Double> longFactor,
            int originalMax,
            double attentionFactor)
            implements RopeScaling {
        public LongRope {
            shortFactor = List.copyOf(shortFactor);
            longFactor = List.copyOf(longFactor);
        }
    }
}
