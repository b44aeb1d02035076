package apus.format.spec;

import apus.format.JsonObject;
import apus.format.UnsupportedModelException;
import java.util.ArrayList;
import java.util.List;

/** Llama 1 to 3 and the many checkpoints that share their configuration class. */
final class LlamaFamily implements Family {
    @Override
    public List<String> architectures() {
        return List.of("LlamaForCausalLM");
    }

    @Override
    public ModelSpec spec(JsonObject config) {
        int vocab = config.integer("vocab_size", 1, Families.MAX_VOCAB);
        int hidden = config.integer("hidden_size", 1, Families.MAX_WIDTH);
        int intermediate = config.integer("intermediate_size", 1, Families.MAX_WIDTH);
        int layerCount = config.integer("num_hidden_layers", 1, Families.MAX_LAYERS);
        int heads = config.integer("num_attention_heads", 1, Families.MAX_HEADS);
        int kvHeads = config.integer("num_key_value_heads", 1, heads, heads);
        if (heads % kvHeads != 0) {
            throw config.error(
                    "num_attention_heads",
                    "must be a multiple of num_key_value_heads " + kvHeads + ", found " + heads);
        }
        if (!config.has("head_dim") && hidden % heads != 0) {
            throw config.error(
                    "hidden_size",
                    "must be a multiple of num_attention_heads " + heads + ", found " + hidden);
        }
        int headDim = config.integer("head_dim", 1, Families.MAX_HEAD_DIM, hidden / heads);
        double eps = config.number("rms_norm_eps", 0, 1, 1e-6);
        boolean attentionBias = config.flag("attention_bias", false);
        boolean mlpBias = config.flag("mlp_bias", false);
        Act act = act(config);
        RopeConfig rope = RopeConfig.of(config, headDim);

        List<Layer> layers = new ArrayList<>();
        for (int i = 0; i < layerCount; i++) {
            String at = "model.layers." + i + ".";
            Attention attention =
                    new Attention(
                            linear(at + "self_attn.q_proj", heads * headDim, hidden, attentionBias),
                            linear(
                                    at + "self_attn.k_proj",
                                    kvHeads * headDim,
                                    hidden,
                                    attentionBias),
                            linear(
                                    at + "self_attn.v_proj",
                                    kvHeads * headDim,
                                    hidden,
                                    attentionBias),
                            linear(at + "self_attn.o_proj", hidden, heads * headDim, attentionBias),
                            heads,
                            kvHeads,
                            headDim,
                            (float) (1 / Math.sqrt(headDim)),
                            Norm.NONE,
                            Norm.NONE,
                            rope.rope(),
                            0,
                            0);
            Gated ffn =
                    new Gated(
                            linear(at + "mlp.gate_proj", intermediate, hidden, mlpBias),
                            linear(at + "mlp.up_proj", intermediate, hidden, mlpBias),
                            linear(at + "mlp.down_proj", hidden, intermediate, mlpBias),
                            act);
            layers.add(
                    new Layer(
                            norm(at + "input_layernorm", hidden, eps),
                            attention,
                            Norm.NONE,
                            norm(at + "post_attention_layernorm", hidden, eps),
                            ffn,
                            Norm.NONE));
        }
        WeightRef table = WeightRef.matrix("model.embed_tokens.weight", vocab, hidden);
        WeightRef head =
                config.flag("tie_word_embeddings", false)
                        ? table
                        : WeightRef.matrix("lm_head.weight", vocab, hidden);
        return new ModelSpec(
                "llama",
                vocab,
                hidden,
                rope.maxPositions(),
                new Embedding(table, 1),
                layers,
                norm("model.norm", hidden, eps),
                new Head(new Linear(head, WeightRef.NONE), 0));
    }

    private static Act act(JsonObject config) {
        String name = config.text("hidden_act").orElse("silu");
        return switch (name) {
            case "silu", "swish" -> Act.SILU;
            case "gelu_pytorch_tanh", "gelu_new" -> Act.GELU_TANH;
            default ->
                    throw new UnsupportedModelException(
                            config.where()
                                    + ": the activation '"
                                    + name
                                    + "' of 'hidden_act' is not known; silu, gelu_pytorch_tanh and gelu_new are");
        };
    }

    private static Norm norm(String name, int hidden, double eps) {
        return new Norm(WeightRef.vector(name + ".weight", hidden), (float) eps, 0);
    }

    private static Linear linear(String name, int out, int in, boolean bias) {
        return new Linear(
                WeightRef.matrix(name + ".weight", out, in),
                bias ? WeightRef.vector(name + ".bias", out) : WeightRef.NONE);
    }
}
