package apus.format.spec;

/**
 * y = x W^T + b.
 *
 * @param weight {@code [out][in]}
 * @param bias {@code [out]} or {@link WeightRef#NONE}
 */
public record Linear(WeightRef weight, WeightRef bias) {
    /** Tensors {@code name.weight} and, if wanted, {@code name.bias}. */
    static Linear of(String name, int out, int in, boolean bias) {
        return new Linear(
                WeightRef.matrix(name + ".weight", out, in),
                bias ? WeightRef.vector(name + ".bias", out) : WeightRef.NONE);
    }

    /** Some of the outputs. */
    Linear slice(int first, int count) {
        return new Linear(
                weight.slice(first, count), bias.isNone() ? bias : bias.slice(first, count));
    }
}
