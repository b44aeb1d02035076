package apus.format.spec;

import apus.format.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Llama 1 to 3 and the many checkpoints that share their configuration class. */
final class LlamaFamily implements Family {
    @Override
    public List<String> architectures() {
        return List.of("LlamaForCausalLM");
    }

    @Override
    public ModelSpec spec(JsonObject config, Set<String> tensors) {
        Dimensions dims = Dimensions.of(config);
        int intermediate = config.integer("intermediate_size", 1, Families.MAX_WIDTH);
        boolean attentionBias = config.flag("attention_bias", false);
        boolean mlpBias = config.flag("mlp_bias", false);
        Act act = Acts.of(config, "hidden_act", "silu");
        RopeConfig rope = RopeConfig.of(config, dims.headDim());
        List<Layer> layers = new ArrayList<>();
        for (int i = 0; i < dims.layers(); i++) {
            String at = "model.layers." + i + ".";
            layers.add(
                    new Layer(
                            dims.rms(at + "input_layernorm"),
                            dims.attention(
                                    at + "self_attn.", rope.rope(), attentionBias, attentionBias),
                            dims.rms(at + "post_attention_layernorm"),
                            dims.gated(at + "mlp.", intermediate, mlpBias, act)));
        }
        return new ModelSpec(
                "llama",
                dims.vocab(),
                dims.hidden(),
                rope.maxPositions(),
                new Embedding(dims.table(), 1),
                layers,
                dims.rms("model.norm"),
                new Head(dims.head(config, false)));
    }
}
