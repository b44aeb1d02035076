package apus.kernels.tornado;

import apus.format.spec.Experts;
import apus.format.spec.Gated;
import apus.format.spec.Layer;
import apus.format.spec.Mlp;
import apus.format.spec.ModelSpec;
import java.util.Optional;

/** Which models there are kernels for. */
final class Coverage {
    private Coverage() {}

    /** Why a model cannot be run; empty if it can. */
    static Optional<String> lacks(ModelSpec spec) {
        for (int i = 0; i < spec.layers().size(); i++) {
            Optional<String> lacking = lacks(spec.layers().get(i));
            if (lacking.isPresent()) {
                return Optional.of(
                        "layer "
                                + i
                                + " of "
                                + spec.family()
                                + " has "
                                + lacking.get()
                                + ", which this backend has no kernel for; the CPU's has");
            }
        }
        return Optional.empty();
    }

    private static Optional<String> lacks(Layer layer) {
        if (!layer.attn().sinks().isNone()) {
            return Optional.of("attention sinks");
        }
        return switch (layer.ffn()) {
            case Experts _ -> Optional.of("a mixture of experts");
            case Gated gated when gated.limit() != 0 -> Optional.of("a gate with a limit");
            case Gated _, Mlp _ -> Optional.empty();
        };
    }
}
