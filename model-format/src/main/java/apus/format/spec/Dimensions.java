package apus.format.spec;

import apus.format.JsonObject;

/**
 * The sizes that nearly every config.json gives under the same names, checked against each other.
 *
 * @param eps of the norms
 */
record Dimensions(
        int vocab, int hidden, int layers, int heads, int kvHeads, int headDim, double eps) {
    /**
     * Reads them.
     *
     * @param defaultHeadDim where the configuration has no head_dim; 0 = hidden / heads
     * @param epsKey name of the norms' epsilon
     * @param defaultEps where it is absent
     */
    static Dimensions of(JsonObject config, int defaultHeadDim, String epsKey, double defaultEps) {
        int vocab = config.integer("vocab_size", 1, Families.MAX_VOCAB);
        int hidden = config.integer("hidden_size", 1, Families.MAX_WIDTH);
        int layers = config.integer("num_hidden_layers", 1, Families.MAX_LAYERS);
        int heads = config.integer("num_attention_heads", 1, Families.MAX_HEADS);
        int kvHeads = config.integer("num_key_value_heads", 1, heads, heads);
        if (heads % kvHeads != 0) {
            throw config.error(
                    "num_attention_heads",
                    "must be a multiple of num_key_value_heads " + kvHeads + ", found " + heads);
        }
        int headDim = defaultHeadDim;
        if (config.has("head_dim")) {
            headDim = config.integer("head_dim", 1, Families.MAX_HEAD_DIM);
        } else if (defaultHeadDim == 0) {
            headDim = headDim(config, hidden, heads);
        }
        return new Dimensions(
                vocab,
                hidden,
                layers,
                heads,
                kvHeads,
                headDim,
                config.number(epsKey, 0, 1, defaultEps));
    }

    /** With an RMS norm. */
    static Dimensions of(JsonObject config, int defaultHeadDim) {
        return of(config, defaultHeadDim, "rms_norm_eps", 1e-6);
    }

    /** With an RMS norm, and heads that share the hidden size. */
    static Dimensions of(JsonObject config) {
        return of(config, 0);
    }

    static int headDim(JsonObject config, int hidden, int heads) {
        if (hidden % heads != 0) {
            throw config.error(
                    "hidden_size",
                    "must be a multiple of num_attention_heads " + heads + ", found " + hidden);
        }
        return hidden / heads;
    }

    /** {@code name.weight} over the residual stream. */
    Rms rms(String name) {
        return rms(name, hidden);
    }

    /** {@code name.weight} over so many numbers. */
    Rms rms(String name, int length) {
        return new Rms(WeightRef.vector(name + ".weight", length), (float) eps, 0);
    }

    /** {@code name.weight} and, if wanted, {@code name.bias} over the residual stream. */
    LayerNorm layerNorm(String name, boolean bias) {
        return new LayerNorm(
                WeightRef.vector(name + ".weight", hidden),
                bias ? WeightRef.vector(name + ".bias", hidden) : WeightRef.NONE,
                (float) eps);
    }

    /**
     * Llama's attention: q_proj, k_proj, v_proj and o_proj below {@code at}, scaled by the size.
     */
    Attention attention(String at, Position position, boolean qkvBias, boolean outBias) {
        return attention(
                Linear.of(at + "q_proj", heads * headDim, hidden, qkvBias),
                Linear.of(at + "k_proj", kvHeads * headDim, hidden, qkvBias),
                Linear.of(at + "v_proj", kvHeads * headDim, hidden, qkvBias),
                Linear.of(at + "o_proj", hidden, heads * headDim, outBias),
                position);
    }

    Attention attention(Linear q, Linear k, Linear v, Linear o, Position position) {
        return new Attention(
                q,
                k,
                v,
                o,
                heads,
                kvHeads,
                headDim,
                (float) (1 / Math.sqrt(headDim)),
                Norm.NONE,
                Norm.NONE,
                position,
                0,
                0,
                WeightRef.NONE);
    }

    /** Llama's feed-forward: gate_proj, up_proj and down_proj below {@code at}. */
    Gated gated(String at, int intermediate, boolean bias, Act act) {
        return new Gated(
                Linear.of(at + "gate_proj", intermediate, hidden, bias),
                Linear.of(at + "up_proj", intermediate, hidden, bias),
                Linear.of(at + "down_proj", hidden, intermediate, bias),
                act);
    }

    /** {@code model.embed_tokens}. */
    WeightRef table() {
        return WeightRef.matrix("model.embed_tokens.weight", vocab, hidden);
    }

    /** {@code lm_head}, or the embedding where it is tied. */
    Linear head(JsonObject config, boolean tiedByDefault) {
        return config.flag("tie_word_embeddings", tiedByDefault)
                ? new Linear(table(), WeightRef.NONE)
                : Linear.of("lm_head", vocab, hidden, false);
    }
}
