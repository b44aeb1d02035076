package apus.format.spec;

import apus.format.JsonObject;
import apus.format.UnsupportedModelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** OPT: layer norms, learned positions that begin in the third row of their table, a plain MLP. */
final class OptFamily implements Family {
    private static final int FIRST_POSITION = 2;
    private static final double EPS = 1e-5;

    @Override
    public List<String> architectures() {
        return List.of("OPTForCausalLM");
    }

    @Override
    public ModelSpec spec(JsonObject config, Set<String> tensors) {
        int vocab = config.integer("vocab_size", 1, Families.MAX_VOCAB);
        int hidden = config.integer("hidden_size", 1, Families.MAX_WIDTH);
        int layerCount = config.integer("num_hidden_layers", 1, Families.MAX_LAYERS);
        int heads = config.integer("num_attention_heads", 1, Families.MAX_HEADS);
        int intermediate = config.integer("ffn_dim", 1, Families.MAX_WIDTH);
        int positions = config.integer("max_position_embeddings", 1, Families.MAX_WIDTH);
        if (!config.flag("do_layer_norm_before", true)
                || config.integer("word_embed_proj_dim", 1, Families.MAX_WIDTH, hidden) != hidden) {
            throw new UnsupportedModelException(
                    config.where()
                            + ": OPT with 'do_layer_norm_before' false or a 'word_embed_proj_dim' other than 'hidden_size' (the 350M model) is not supported");
        }
        boolean bias = config.flag("enable_bias", true);
        boolean affine = config.flag("layer_norm_elementwise_affine", true);
        if (!affine) {
            throw new UnsupportedModelException(
                    config.where() + ": 'layer_norm_elementwise_affine' false is not supported");
        }
        Dimensions dims =
                new Dimensions(
                        vocab,
                        hidden,
                        layerCount,
                        heads,
                        heads,
                        Dimensions.headDim(config, hidden, heads),
                        EPS);
        Act act = Acts.of(config, "activation_function", "relu");
        String trunk =
                tensors.contains("decoder.embed_tokens.weight") ? "decoder." : "model.decoder.";
        List<Layer> layers = new ArrayList<>();
        for (int i = 0; i < layerCount; i++) {
            String at = trunk + "layers." + i + ".";
            String attn = at + "self_attn.";
            layers.add(
                    new Layer(
                            dims.layerNorm(at + "self_attn_layer_norm", true),
                            dims.attention(
                                    Linear.of(attn + "q_proj", hidden, hidden, bias),
                                    Linear.of(attn + "k_proj", hidden, hidden, bias),
                                    Linear.of(attn + "v_proj", hidden, hidden, bias),
                                    Linear.of(attn + "out_proj", hidden, hidden, bias),
                                    Position.NONE),
                            dims.layerNorm(at + "final_layer_norm", true),
                            new Mlp(
                                    Linear.of(at + "fc1", intermediate, hidden, bias),
                                    Linear.of(at + "fc2", hidden, intermediate, bias),
                                    act)));
        }
        WeightRef table = WeightRef.matrix(trunk + "embed_tokens.weight", vocab, hidden);
        WeightRef allPositions =
                WeightRef.matrix(
                        trunk + "embed_positions.weight", FIRST_POSITION + positions, hidden);
        return new ModelSpec(
                "opt",
                vocab,
                hidden,
                positions,
                new Embedding(table, 1, allPositions.slice(FIRST_POSITION, positions)),
                layers,
                config.flag("_remove_final_layer_norm", false)
                        ? Norm.NONE
                        : dims.layerNorm(trunk + "final_layer_norm", true),
                new Head(
                        config.flag("tie_word_embeddings", true)
                                ? new Linear(table, WeightRef.NONE)
                                : Linear.of("lm_head", vocab, hidden, false)));
    }
}
