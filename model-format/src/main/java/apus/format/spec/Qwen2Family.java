package apus.format.spec;

import apus.format.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Qwen 2 and 2.5: Llama with biases on queries, keys and values. */
final class Qwen2Family implements Family {
    @Override
    public List<String> architectures() {
        return List.of("Qwen2ForCausalLM");
    }

    @Override
    public ModelSpec spec(JsonObject config, Set<String> tensors) {
        Dimensions dims = Dimensions.of(config);
        int intermediate = config.integer("intermediate_size", 1, Families.MAX_WIDTH);
        Act act = Acts.of(config, "hidden_act", "silu");
        RopeConfig rope = RopeConfig.of(config, dims.headDim());
        List<Integer> windows = windows(config, dims.layers());
        List<Layer> layers = new ArrayList<>();
        for (int i = 0; i < dims.layers(); i++) {
            String at = "model.layers." + i + ".";
            layers.add(
                    new Layer(
                            dims.rms(at + "input_layernorm"),
                            dims.attention(at + "self_attn.", rope.rope(), true, false)
                                    .withWindow(windows.get(i)),
                            dims.rms(at + "post_attention_layernorm"),
                            dims.gated(at + "mlp.", intermediate, false, act)));
        }
        return new ModelSpec(
                "qwen2",
                dims.vocab(),
                dims.hidden(),
                rope.maxPositions(),
                new Embedding(dims.table(), 1),
                layers,
                dims.rms("model.norm"),
                new Head(dims.head(config, false)));
    }

    /** A window that is named is not in use unless a flag says so, and then in the upper layers. */
    static List<Integer> windows(JsonObject config, int layers) {
        int window = config.flag("use_sliding_window", false) ? Windows.size(config, 0) : 0;
        int first = config.integer("max_window_layers", 0, Integer.MAX_VALUE, 28);
        return Windows.of(config, layers, window, i -> i >= first);
    }
}
