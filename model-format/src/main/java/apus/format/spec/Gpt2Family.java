package apus.format.spec;

import apus.format.JsonObject;
import apus.format.UnsupportedModelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * GPT-2: layer norms, learned positions, biases everywhere, matrices stored {@code [in][out]}, and
 * queries, keys and values in one of them.
 */
final class Gpt2Family implements Family {
    @Override
    public List<String> architectures() {
        return List.of("GPT2LMHeadModel");
    }

    @Override
    public ModelSpec spec(JsonObject config, Set<String> tensors) {
        if (config.flag("add_cross_attention", false)) {
            throw new UnsupportedModelException(
                    config.where() + ": 'add_cross_attention' is not supported");
        }
        int vocab = config.integer("vocab_size", 1, Families.MAX_VOCAB);
        int hidden = config.integer("n_embd", 1, Families.MAX_WIDTH);
        int layerCount = config.integer("n_layer", 1, Families.MAX_LAYERS);
        int heads = config.integer("n_head", 1, Families.MAX_HEADS);
        int positions = config.integer("n_positions", 1, Families.MAX_WIDTH, 1024);
        if (hidden % heads != 0) {
            throw config.error(
                    "n_embd", "must be a multiple of n_head " + heads + ", found " + hidden);
        }
        double eps = config.number("layer_norm_epsilon", 0, 1, 1e-5);
        Dimensions dims =
                new Dimensions(vocab, hidden, layerCount, heads, heads, hidden / heads, eps);
        int intermediate = config.integer("n_inner", 1, Families.MAX_WIDTH, 4 * hidden);
        Act act = Acts.of(config, "activation_function", "gelu_new");
        boolean scaled = config.flag("scale_attn_weights", true);
        boolean byLayer = config.flag("scale_attn_by_inverse_layer_idx", false);
        // Written by the full model, or by its trunk alone.
        String trunk = tensors.contains("wte.weight") ? "" : "transformer.";
        List<Layer> layers = new ArrayList<>();
        for (int i = 0; i < layerCount; i++) {
            String at = trunk + "h." + i + ".";
            Linear qkv = linear(at + "attn.c_attn", 3 * hidden, hidden);
            double scale = scaled ? 1 / Math.sqrt(dims.headDim()) : 1;
            layers.add(
                    new Layer(
                            dims.layerNorm(at + "ln_1", true),
                            dims.attention(
                                            qkv.slice(0, hidden),
                                            qkv.slice(hidden, hidden),
                                            qkv.slice(2 * hidden, hidden),
                                            linear(at + "attn.c_proj", hidden, hidden),
                                            Position.NONE)
                                    .withScale(byLayer ? scale / (i + 1) : scale),
                            dims.layerNorm(at + "ln_2", true),
                            new Mlp(
                                    linear(at + "mlp.c_fc", intermediate, hidden),
                                    linear(at + "mlp.c_proj", hidden, intermediate),
                                    act)));
        }
        WeightRef table = WeightRef.matrix(trunk + "wte.weight", vocab, hidden);
        return new ModelSpec(
                "gpt2",
                vocab,
                hidden,
                positions,
                new Embedding(table, 1, WeightRef.matrix(trunk + "wpe.weight", positions, hidden)),
                layers,
                dims.layerNorm(trunk + "ln_f", true),
                new Head(
                        config.flag("tie_word_embeddings", true)
                                ? new Linear(table, WeightRef.NONE)
                                : Linear.of("lm_head", vocab, hidden, false)));
    }

    private static Linear linear(String name, int out, int in) {
        Linear linear = Linear.of(name, out, in, true);
        return new Linear(linear.weight().asTransposed(), linear.bias());
    }
}
