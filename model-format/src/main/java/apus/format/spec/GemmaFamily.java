package apus.format.spec;

import apus.format.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Gemma 1, 2 and 3 (text): norm weights stored less 1, scaled embeddings, a tied head. 2 norms what
 * each half gives, caps scores and logits, and slides in every other layer; 3 norms queries and
 * keys instead of capping, and slides in most layers, with a rope of their own.
 */
final class GemmaFamily implements Family {
    private static final int HEAD_DIM = 256;
    private static final int WINDOW = 4096;
    private static final double LOCAL_THETA = 10_000;

    @Override
    public List<String> architectures() {
        return List.of("GemmaForCausalLM", "Gemma2ForCausalLM", "Gemma3ForCausalLM");
    }

    @Override
    public ModelSpec spec(JsonObject config, Set<String> tensors) {
        int generation =
                switch (config.texts("architectures").getFirst()) {
                    case "GemmaForCausalLM" -> 1;
                    case "Gemma2ForCausalLM" -> 2;
                    default -> 3;
                };
        Dimensions dims = Dimensions.of(config, HEAD_DIM);
        int intermediate = config.integer("intermediate_size", 1, Families.MAX_WIDTH);
        boolean bias = config.flag("attention_bias", false);
        // Old files say "gelu" in hidden_act and mean the tanh form.
        Act act = Acts.of(config, "hidden_activation", "gelu_pytorch_tanh");
        RopeConfig rope =
                generation == 3
                        ? RopeConfig.ofLayerType(config, dims.headDim(), "full_attention", 1e6)
                        : RopeConfig.of(config, dims.headDim());
        Position local = generation == 3 ? localRope(config, dims.headDim()) : rope.rope();
        List<Integer> windows = windows(config, dims.layers(), generation);
        List<Layer> layers = new ArrayList<>();
        for (int i = 0; i < dims.layers(); i++) {
            String at = "model.layers." + i + ".";
            Attention attention =
                    dims.attention(
                            at + "self_attn.",
                            windows.get(i) > 0 ? local : rope.rope(),
                            bias,
                            bias);
            if (generation > 1) {
                attention =
                        attention
                                .withScale(
                                        1
                                                / Math.sqrt(
                                                        config.number(
                                                                "query_pre_attn_scalar",
                                                                1e-3,
                                                                1e6,
                                                                256)))
                                .withSoftcap(
                                        cap(
                                                config,
                                                "attn_logit_softcapping",
                                                generation == 2 ? 50 : 0))
                                .withWindow(windows.get(i));
            }
            if (generation == 3) {
                attention =
                        attention.withNorms(
                                norm(dims, at + "self_attn.q_norm", dims.headDim()),
                                norm(dims, at + "self_attn.k_norm", dims.headDim()));
            }
            Gated ffn = dims.gated(at + "mlp.", intermediate, false, act);
            Norm before = norm(dims, at + "input_layernorm", dims.hidden());
            Norm after = norm(dims, at + "post_attention_layernorm", dims.hidden());
            layers.add(
                    generation == 1
                            ? new Layer(before, attention, after, ffn)
                            : new Layer(
                                            before,
                                            attention,
                                            norm(
                                                    dims,
                                                    at + "pre_feedforward_layernorm",
                                                    dims.hidden()),
                                            ffn)
                                    .withPostNorms(
                                            after,
                                            norm(
                                                    dims,
                                                    at + "post_feedforward_layernorm",
                                                    dims.hidden())));
        }
        return new ModelSpec(
                generation == 1 ? "gemma" : "gemma" + generation,
                dims.vocab(),
                dims.hidden(),
                rope.maxPositions(),
                new Embedding(dims.table(), Math.sqrt(dims.hidden())),
                layers,
                norm(dims, "model.norm", dims.hidden()),
                new Head(
                        dims.head(config, true),
                        1,
                        generation == 1
                                ? 0
                                : (float)
                                        cap(
                                                config,
                                                "final_logit_softcapping",
                                                generation == 2 ? 30 : 0)));
    }

    private static Norm norm(Dimensions dims, String name, int length) {
        return new Rms(WeightRef.vector(name + ".weight", length), (float) dims.eps(), 1);
    }

    /** Absent is the configuration class's default, null is off. */
    private static double cap(JsonObject config, String key, double absent) {
        return config.isNull(key) ? 0 : config.number(key, 0, 1e6, absent);
    }

    private static Position localRope(JsonObject config, int headDim) {
        if (config.has("rope_parameters")) {
            return RopeConfig.ofLayerType(config, headDim, "sliding_attention", LOCAL_THETA).rope();
        }
        double theta = config.number("rope_local_base_freq", LOCAL_THETA);
        if (theta <= 1) {
            throw config.error("rope_local_base_freq", "must be greater than 1, found " + theta);
        }
        return new Rope(theta, headDim, new RopeScaling.Unscaled());
    }

    private static List<Integer> windows(JsonObject config, int layers, int generation) {
        if (generation == 1) {
            return java.util.Collections.nCopies(layers, 0);
        }
        int pattern =
                generation == 2
                        ? 2
                        : config.integer("sliding_window_pattern", 1, Families.MAX_LAYERS, 6);
        return Windows.of(
                config, layers, Windows.size(config, WINDOW), i -> (i + 1) % pattern != 0);
    }
}
