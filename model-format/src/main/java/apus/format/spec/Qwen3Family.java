package apus.format.spec;

import apus.format.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Qwen 3, dense and with experts: norms on each head's queries and keys. */
final class Qwen3Family implements Family {
    private static final int DEFAULT_HEAD_DIM = 128;
    private static final int MAX_EXPERTS = 1 << 12;

    @Override
    public List<String> architectures() {
        return List.of("Qwen3ForCausalLM", "Qwen3MoeForCausalLM");
    }

    @Override
    public ModelSpec spec(JsonObject config, Set<String> tensors) {
        boolean mixture = config.texts("architectures").contains("Qwen3MoeForCausalLM");
        // The mixture's configuration class has no default for head_dim of its own.
        Dimensions dims = Dimensions.of(config, mixture ? 0 : DEFAULT_HEAD_DIM);
        boolean bias = config.flag("attention_bias", false);
        RopeConfig rope = RopeConfig.of(config, dims.headDim());
        List<Integer> windows = Qwen2Family.windows(config, dims.layers());
        List<Layer> layers = new ArrayList<>();
        for (int i = 0; i < dims.layers(); i++) {
            String at = "model.layers." + i + ".";
            layers.add(
                    new Layer(
                            dims.rms(at + "input_layernorm"),
                            dims.attention(at + "self_attn.", rope.rope(), bias, bias)
                                    .withNorms(
                                            dims.rms(at + "self_attn.q_norm", dims.headDim()),
                                            dims.rms(at + "self_attn.k_norm", dims.headDim()))
                                    .withWindow(windows.get(i)),
                            dims.rms(at + "post_attention_layernorm"),
                            mixture && isSparse(config, i)
                                    ? experts(config, dims, at + "mlp.")
                                    : dense(config, dims, at + "mlp.")));
        }
        return new ModelSpec(
                mixture ? "qwen3-moe" : "qwen3",
                dims.vocab(),
                dims.hidden(),
                rope.maxPositions(),
                new Embedding(dims.table(), 1),
                layers,
                dims.rms("model.norm"),
                new Head(dims.head(config, false)));
    }

    private static Gated dense(JsonObject config, Dimensions dims, String at) {
        int intermediate = config.integer("intermediate_size", 1, Families.MAX_WIDTH);
        return dims.gated(at, intermediate, false, Acts.of(config, "hidden_act", "silu"));
    }

    private static boolean isSparse(JsonObject config, int layer) {
        int step = config.integer("decoder_sparse_step", 1, Families.MAX_LAYERS, 1);
        return (layer + 1) % step == 0
                && !config.integers("mlp_only_layers", 0, Families.MAX_LAYERS).contains(layer);
    }

    private static Experts experts(JsonObject config, Dimensions dims, String at) {
        int count = config.integer("num_experts", 1, MAX_EXPERTS);
        int intermediate = config.integer("moe_intermediate_size", 1, Families.MAX_WIDTH);
        Act act = Acts.of(config, "hidden_act", "silu");
        List<Gated> experts = new ArrayList<>();
        for (int e = 0; e < count; e++) {
            experts.add(dims.gated(at + "experts." + e + ".", intermediate, false, act));
        }
        return new Experts(
                Linear.of(at + "gate", count, dims.hidden(), false),
                experts,
                config.integer("num_experts_per_tok", 1, count),
                config.flag("norm_topk_prob", false));
    }
}
