package apus.format.spec;

import apus.format.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** SmolLM 3: Llama with some layers that have no rope. */
final class SmolLm3Family implements Family {
    @Override
    public List<String> architectures() {
        return List.of("SmolLM3ForCausalLM");
    }

    @Override
    public ModelSpec spec(JsonObject config, Set<String> tensors) {
        Dimensions dims = Dimensions.of(config);
        int intermediate = config.integer("intermediate_size", 1, Families.MAX_WIDTH);
        boolean attentionBias = config.flag("attention_bias", false);
        boolean mlpBias = config.flag("mlp_bias", false);
        Act act = Acts.of(config, "hidden_act", "silu");
        RopeConfig rope = RopeConfig.of(config, dims.headDim());
        List<Boolean> turned = turned(config, dims.layers());
        int window = config.flag("use_sliding_window", false) ? Windows.size(config, 0) : 0;
        List<Integer> windows = Windows.of(config, dims.layers(), window, turned::get);
        List<Layer> layers = new ArrayList<>();
        for (int i = 0; i < dims.layers(); i++) {
            String at = "model.layers." + i + ".";
            layers.add(
                    new Layer(
                            dims.rms(at + "input_layernorm"),
                            dims.attention(
                                            at + "self_attn.",
                                            turned.get(i) ? rope.rope() : Position.NONE,
                                            attentionBias,
                                            attentionBias)
                                    .withWindow(windows.get(i)),
                            dims.rms(at + "post_attention_layernorm"),
                            dims.gated(at + "mlp.", intermediate, mlpBias, act)));
        }
        return new ModelSpec(
                "smollm3",
                dims.vocab(),
                dims.hidden(),
                rope.maxPositions(),
                new Embedding(dims.table(), 1),
                layers,
                dims.rms("model.norm"),
                new Head(dims.head(config, true)));
    }

    /** {@code no_rope_layers} has a 1, in spite of its name, for each layer with a rope. */
    private static List<Boolean> turned(JsonObject config, int layers) {
        List<Integer> flags = config.integers("no_rope_layers", 0, 1);
        if (flags.isEmpty()) {
            int interval = config.integer("no_rope_layer_interval", 1, Families.MAX_LAYERS, 4);
            List<Boolean> turned = new ArrayList<>();
            for (int i = 0; i < layers; i++) {
                turned.add((i + 1) % interval != 0);
            }
            return turned;
        }
        if (flags.size() != layers) {
            throw config.error(
                    "no_rope_layers",
                    "must hold one number for each of "
                            + layers
                            + " layers, found "
                            + flags.size());
        }
        return flags.stream().map(flag -> flag == 1).toList();
    }
}
