package apus.format.spec;

import java.util.List;

/**
 * The numbers behind a {@link Rope}: angle[i] = position * inverse[i], and cos and sin are
 * multiplied by {@code factor}. Everything in double precision; formulas as in {@code
 * transformers/modeling_rope_utils.py}.
 *
 * @param inverse [rotaryDim / 2] radians per token
 * @param factor on cos and sin, usually 1
 */
public record RopeFrequencies(double[] inverse, double factor) {
    /**
     * Frequencies for a sequence.
     *
     * @param length tokens of the sequence, as {@code Batch.ropeLength} counts them; only scalings
     *     that {@link #dependOnLength} look at it
     */
    public static RopeFrequencies of(Rope rope, int length) {
        int dim = rope.rotaryDim();
        return switch (rope.scaling()) {
            case RopeScaling.Unscaled() -> new RopeFrequencies(plain(rope.base(), dim), 1);
            case RopeScaling.Linear(double factor) -> {
                double[] inverse = plain(rope.base(), dim);
                for (int i = 0; i < inverse.length; i++) {
                    inverse[i] /= factor;
                }
                yield new RopeFrequencies(inverse, 1);
            }
            case RopeScaling.Dynamic(double factor, int originalMax) -> {
                double stretch =
                        factor * Math.max(length, originalMax) / originalMax - (factor - 1);
                double base = rope.base() * Math.pow(stretch, dim / (dim - 2.0));
                yield new RopeFrequencies(plain(base, dim), 1);
            }
            case RopeScaling.Llama3 llama3 ->
                    new RopeFrequencies(llama3(plain(rope.base(), dim), llama3), 1);
            case RopeScaling.Yarn yarn ->
                    new RopeFrequencies(yarn(rope.base(), dim, yarn), yarn.attentionFactor());
            case RopeScaling.LongRope(
                            var shortFactor,
                            var longFactor,
                            int originalMax,
                            double attentionFactor) -> {
                List<Double> factors = length > originalMax ? longFactor : shortFactor;
                double[] inverse = plain(rope.base(), dim);
                for (int i = 0; i < inverse.length; i++) {
                    inverse[i] /= factors.get(i);
                }
                yield new RopeFrequencies(inverse, attentionFactor);
            }
        };
    }

    /** Whether the frequencies of this rope change with the length of the sequence. */
    public static boolean dependOnLength(Rope rope) {
        return switch (rope.scaling()) {
            case RopeScaling.Dynamic _, RopeScaling.LongRope _ -> true;
            case RopeScaling.Unscaled _,
                    RopeScaling.Linear _,
                    RopeScaling.Llama3 _,
                    RopeScaling.Yarn _ ->
                    false;
        };
    }

    /**
     * The length beyond which keys cached so far are void and a sequence must be computed anew; 0
     * if there is none.
     */
    public static int restartLength(Rope rope) {
        return rope.scaling() instanceof RopeScaling.LongRope longRope ? longRope.originalMax() : 0;
    }

    private static double[] plain(double base, int dim) {
        double[] inverse = new double[dim / 2];
        for (int i = 0; i < inverse.length; i++) {
            inverse[i] = Math.pow(base, -2.0 * i / dim);
        }
        return inverse;
    }

    private static double[] llama3(double[] inverse, RopeScaling.Llama3 s) {
        double longest = s.originalMax() / s.lowFreqFactor();
        double shortest = s.originalMax() / s.highFreqFactor();
        for (int i = 0; i < inverse.length; i++) {
            double wavelength = 2 * Math.PI / inverse[i];
            if (wavelength > longest) {
                inverse[i] /= s.factor();
            } else if (wavelength >= shortest) {
                double smooth =
                        (s.originalMax() / wavelength - s.lowFreqFactor())
                                / (s.highFreqFactor() - s.lowFreqFactor());
                inverse[i] = (1 - smooth) * inverse[i] / s.factor() + smooth * inverse[i];
            }
        }
        return inverse;
    }

    private static double[] yarn(double base, int dim, RopeScaling.Yarn s) {
        double low = correctionDim(s.betaFast(), base, dim, s.originalMax());
        double high = correctionDim(s.betaSlow(), base, dim, s.originalMax());
        if (s.truncate()) {
            low = Math.floor(low);
            high = Math.ceil(high);
        }
        low = Math.max(low, 0);
        high = Math.min(high, dim - 1);
        if (low == high) {
            high += 0.001;
        }
        double[] inverse = plain(base, dim);
        for (int i = 0; i < inverse.length; i++) {
            double ramp = Math.clamp((i - low) / (high - low), 0.0, 1.0);
            inverse[i] = inverse[i] / s.factor() * ramp + inverse[i] * (1 - ramp);
        }
        return inverse;
    }

    /** The dimension that turns {@code rotations} times within the original length. */
    private static double correctionDim(double rotations, double base, int dim, int originalMax) {
        return dim * Math.log(originalMax / (rotations * 2 * Math.PI)) / (2 * Math.log(base));
    }
}
