package apus.format.spec;

import apus.format.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Mistral and Mixtral: Llama with a sliding window, and with experts. */
final class MistralFamily implements Family {
    private static final int MAX_EXPERTS = 1 << 12;

    @Override
    public List<String> architectures() {
        return List.of("MistralForCausalLM", "MixtralForCausalLM");
    }

    @Override
    public ModelSpec spec(JsonObject config, Set<String> tensors) {
        boolean mixture = config.texts("architectures").contains("MixtralForCausalLM");
        Dimensions dims = Dimensions.of(config);
        int intermediate = config.integer("intermediate_size", 1, Families.MAX_WIDTH);
        Act act = Acts.of(config, "hidden_act", "silu");
        RopeConfig rope = RopeConfig.of(config, dims.headDim());
        List<Integer> windows =
                Windows.of(config, dims.layers(), Windows.size(config, 0), i -> true);
        List<Layer> layers = new ArrayList<>();
        for (int i = 0; i < dims.layers(); i++) {
            String at = "model.layers." + i + ".";
            layers.add(
                    new Layer(
                            dims.rms(at + "input_layernorm"),
                            dims.attention(at + "self_attn.", rope.rope(), false, false)
                                    .withWindow(windows.get(i)),
                            dims.rms(at + "post_attention_layernorm"),
                            mixture
                                    ? experts(
                                            config,
                                            dims,
                                            at + "block_sparse_moe.",
                                            intermediate,
                                            act)
                                    : dims.gated(at + "mlp.", intermediate, false, act)));
        }
        return new ModelSpec(
                mixture ? "mixtral" : "mistral",
                dims.vocab(),
                dims.hidden(),
                rope.maxPositions(),
                new Embedding(dims.table(), 1),
                layers,
                dims.rms("model.norm"),
                new Head(dims.head(config, false)));
    }

    private static Experts experts(
            JsonObject config, Dimensions dims, String at, int intermediate, Act act) {
        int count = config.integer("num_local_experts", 1, MAX_EXPERTS);
        List<Gated> experts = new ArrayList<>();
        for (int e = 0; e < count; e++) {
            String expert = at + "experts." + e + ".";
            experts.add(
                    new Gated(
                            Linear.of(expert + "w1", intermediate, dims.hidden(), false),
                            Linear.of(expert + "w3", intermediate, dims.hidden(), false),
                            Linear.of(expert + "w2", dims.hidden(), intermediate, false),
                            act));
        }
        return new Experts(
                Linear.of(at + "gate", count, dims.hidden(), false),
                experts,
                config.integer("num_experts_per_tok", 1, count),
                true);
    }
}
