package apus.format.spec;

import apus.format.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Granite 3: Llama with a multiplier at every joint. */
final class GraniteFamily implements Family {
    @Override
    public List<String> architectures() {
        return List.of("GraniteForCausalLM");
    }

    @Override
    public ModelSpec spec(JsonObject config, Set<String> tensors) {
        Dimensions dims = Dimensions.of(config);
        int intermediate = config.integer("intermediate_size", 1, Families.MAX_WIDTH);
        boolean attentionBias = config.flag("attention_bias", false);
        boolean mlpBias = config.flag("mlp_bias", false);
        Act act = Acts.of(config, "hidden_act", "silu");
        RopeConfig rope = RopeConfig.of(config, dims.headDim());
        double residual = config.number("residual_multiplier", 1);
        List<Layer> layers = new ArrayList<>();
        for (int i = 0; i < dims.layers(); i++) {
            String at = "model.layers." + i + ".";
            layers.add(
                    new Layer(
                                    dims.rms(at + "input_layernorm"),
                                    dims.attention(
                                                    at + "self_attn.",
                                                    rope.rope(),
                                                    attentionBias,
                                                    attentionBias)
                                            .withScale(config.number("attention_multiplier", 1)),
                                    dims.rms(at + "post_attention_layernorm"),
                                    dims.gated(at + "mlp.", intermediate, mlpBias, act))
                            .withResidual(residual));
        }
        double divisor = config.number("logits_scaling", 1);
        if (divisor == 0) {
            throw config.error("logits_scaling", "must not be 0");
        }
        return new ModelSpec(
                "granite",
                dims.vocab(),
                dims.hidden(),
                rope.maxPositions(),
                new Embedding(dims.table(), config.number("embedding_multiplier", 1)),
                layers,
                dims.rms("model.norm"),
                new Head(dims.head(config, false), (float) (1 / divisor), 0));
    }
}
