package apus.format.spec;

import apus.format.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * GPT-NeoX and Pythia: layer norms, halves in parallel, a rope over a part of each head, and one
 * tensor that holds query, key and value of the first head, then those of the next.
 */
final class GptNeoXFamily implements Family {
    @Override
    public List<String> architectures() {
        return List.of("GPTNeoXForCausalLM");
    }

    @Override
    public ModelSpec spec(JsonObject config, Set<String> tensors) {
        Dimensions dims = Dimensions.of(config, 0, "layer_norm_eps", 1e-5);
        int hidden = dims.hidden();
        int intermediate = config.integer("intermediate_size", 1, Families.MAX_WIDTH);
        boolean bias = config.flag("attention_bias", true);
        Act act = Acts.of(config, "hidden_act", "gelu");
        boolean parallel = config.flag("use_parallel_residual", true);
        RopeConfig rope = RopeConfig.ofNeoX(config, dims.headDim());
        List<Layer> layers = new ArrayList<>();
        for (int i = 0; i < dims.layers(); i++) {
            String at = "gpt_neox.layers." + i + ".";
            Linear qkv = Linear.of(at + "attention.query_key_value", 3 * hidden, hidden, bias);
            layers.add(
                    new Layer(
                            dims.layerNorm(at + "input_layernorm", true),
                            dims.attention(
                                    part(qkv, 0, dims),
                                    part(qkv, 1, dims),
                                    part(qkv, 2, dims),
                                    Linear.of(at + "attention.dense", hidden, hidden, bias),
                                    rope.rope()),
                            Norm.NONE,
                            dims.layerNorm(at + "post_attention_layernorm", true),
                            new Mlp(
                                    Linear.of(at + "mlp.dense_h_to_4h", intermediate, hidden, true),
                                    Linear.of(at + "mlp.dense_4h_to_h", hidden, intermediate, true),
                                    act),
                            Norm.NONE,
                            1,
                            parallel));
        }
        WeightRef table = WeightRef.matrix("gpt_neox.embed_in.weight", dims.vocab(), hidden);
        return new ModelSpec(
                "gpt-neox",
                dims.vocab(),
                hidden,
                rope.maxPositions(),
                new Embedding(table, 1),
                layers,
                dims.layerNorm("gpt_neox.final_layer_norm", true),
                new Head(
                        config.flag("tie_word_embeddings", false)
                                ? new Linear(table, WeightRef.NONE)
                                : Linear.of("embed_out", dims.vocab(), hidden, false)));
    }

    private static Linear part(Linear qkv, int which, Dimensions dims) {
        int size = dims.headDim();
        int rows = dims.heads() * size;
        WeightRef bias = qkv.bias();
        return new Linear(
                qkv.weight().slice(which * size, rows, size, 3 * size),
                bias.isNone() ? bias : bias.slice(which * size, rows, size, 3 * size));
    }
}
