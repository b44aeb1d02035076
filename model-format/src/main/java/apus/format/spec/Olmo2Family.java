package apus.format.spec;

import apus.format.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * OLMo 2: no norm before the halves but one after each, and norms on all queries and all keys
 * before they are split into heads.
 */
final class Olmo2Family implements Family {
    @Override
    public List<String> architectures() {
        return List.of("Olmo2ForCausalLM");
    }

    @Override
    public ModelSpec spec(JsonObject config, Set<String> tensors) {
        Dimensions dims = Dimensions.of(config);
        int intermediate = config.integer("intermediate_size", 1, Families.MAX_WIDTH);
        boolean bias = config.flag("attention_bias", false);
        Act act = Acts.of(config, "hidden_act", "silu");
        RopeConfig rope = RopeConfig.of(config, dims.headDim());
        List<Layer> layers = new ArrayList<>();
        for (int i = 0; i < dims.layers(); i++) {
            String at = "model.layers." + i + ".";
            layers.add(
                    new Layer(
                                    Norm.NONE,
                                    dims.attention(at + "self_attn.", rope.rope(), bias, bias)
                                            .withNorms(
                                                    dims.rms(
                                                            at + "self_attn.q_norm",
                                                            dims.heads() * dims.headDim()),
                                                    dims.rms(
                                                            at + "self_attn.k_norm",
                                                            dims.kvHeads() * dims.headDim())),
                                    Norm.NONE,
                                    dims.gated(at + "mlp.", intermediate, false, act))
                            .withPostNorms(
                                    dims.rms(at + "post_attention_layernorm"),
                                    dims.rms(at + "post_feedforward_layernorm")));
        }
        return new ModelSpec(
                "olmo2",
                dims.vocab(),
                dims.hidden(),
                rope.maxPositions(),
                new Embedding(dims.table(), 1),
                layers,
                dims.rms("model.norm"),
                new Head(dims.head(config, false)));
    }
}
