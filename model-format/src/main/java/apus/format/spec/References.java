package apus.format.spec;

import java.util.ArrayList;
import java.util.List;

/** Collects what a spec refers to. */
final class References {
    private final List<WeightRef> found = new ArrayList<>();

    private References() {}

    static List<WeightRef> of(ModelSpec spec) {
        References references = new References();
        references.add(spec.embed().table());
        references.add(spec.embed().positions());
        spec.layers().forEach(references::layer);
        references.norm(spec.finalNorm());
        references.linear(spec.head().proj());
        return references.found;
    }

    private void layer(Layer layer) {
        norm(layer.attnNorm());
        Attention attn = layer.attn();
        linear(attn.q());
        linear(attn.k());
        linear(attn.v());
        linear(attn.o());
        norm(attn.qNorm());
        norm(attn.kNorm());
        add(attn.sinks());
        norm(layer.postAttn());
        norm(layer.ffnNorm());
        ffn(layer.ffn());
        norm(layer.postFfn());
    }

    private void ffn(Ffn ffn) {
        switch (ffn) {
            case Gated(Linear gate, Linear up, Linear down, var _, float _) -> {
                linear(gate);
                linear(up);
                linear(down);
            }
            case Mlp(Linear up, Linear down, var _) -> {
                linear(up);
                linear(down);
            }
            case Experts(Linear router, var experts, int _, boolean _) -> {
                linear(router);
                experts.forEach(this::ffn);
            }
        }
    }

    private void norm(Norm norm) {
        switch (norm) {
            case Norm.None() -> {}
            case Rms(WeightRef weight, float _, float _) -> add(weight);
            case LayerNorm(WeightRef weight, WeightRef bias, float _) -> {
                add(weight);
                add(bias);
            }
        }
    }

    private void linear(Linear linear) {
        add(linear.weight());
        add(linear.bias());
    }

    private void add(WeightRef ref) {
        if (!ref.isNone()) {
            found.add(ref);
        }
    }
}
