package apus.format.spec;

import apus.format.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * GPT-OSS: experts with a clamped gate, attention sinks, windows in every other layer, biases
 * everywhere. The outputs of gate and up lie in one tensor by turns. Experts come in MXFP4 or
 * plain.
 */
final class GptOssFamily implements Family {
    private static final int HEAD_DIM = 64;
    private static final int WINDOW = 128;
    private static final int MAX_EXPERTS = 1 << 12;

    @Override
    public List<String> architectures() {
        return List.of("GptOssForCausalLM");
    }

    @Override
    public ModelSpec spec(JsonObject config, Set<String> tensors) {
        Dimensions dims = Dimensions.of(config, HEAD_DIM);
        boolean bias = config.flag("attention_bias", true);
        RopeConfig rope = RopeConfig.of(config, dims.headDim());
        List<Integer> windows =
                Windows.of(config, dims.layers(), Windows.size(config, WINDOW), i -> i % 2 == 0);
        List<Layer> layers = new ArrayList<>();
        for (int i = 0; i < dims.layers(); i++) {
            String at = "model.layers." + i + ".";
            layers.add(
                    new Layer(
                            dims.rms(at + "input_layernorm"),
                            dims.attention(at + "self_attn.", rope.rope(), bias, bias)
                                    .withWindow(windows.get(i))
                                    .withSinks(
                                            WeightRef.vector(at + "self_attn.sinks", dims.heads())),
                            dims.rms(at + "post_attention_layernorm"),
                            experts(config, dims, tensors, at + "mlp.")));
        }
        return new ModelSpec(
                "gpt-oss",
                dims.vocab(),
                dims.hidden(),
                rope.maxPositions(),
                new Embedding(dims.table(), 1),
                layers,
                dims.rms("model.norm"),
                new Head(dims.head(config, false)));
    }

    private static Experts experts(
            JsonObject config, Dimensions dims, Set<String> tensors, String at) {
        int count = config.integer("num_local_experts", 1, MAX_EXPERTS);
        int wide = config.integer("intermediate_size", 1, Families.MAX_WIDTH);
        float limit = (float) config.number("swiglu_limit", 1e-3, 1e6, 7);
        int hidden = dims.hidden();
        String gateUp = at + "experts.gate_up_proj";
        String down = at + "experts.down_proj";
        // Quantised, the rows are outputs; plain, they are [experts][inputs][outputs].
        boolean plain = tensors.contains(gateUp);
        List<Gated> experts = new ArrayList<>();
        for (int e = 0; e < count; e++) {
            experts.add(
                    new Gated(
                            rows(gateUp, 2 * wide * e, wide, hidden, 2, plain),
                            rows(gateUp, 2 * wide * e + 1, wide, hidden, 2, plain),
                            rows(down, hidden * e, hidden, wide, 1, plain),
                            Act.SILU,
                            limit));
        }
        int topK =
                config.has("num_experts_per_tok")
                        ? config.integer("num_experts_per_tok", 1, count)
                        : config.integer("experts_per_token", 1, count);
        return new Experts(Linear.of(at + "router", count, hidden, true), experts, topK, true);
    }

    /** The bias of each matrix lies as its rows do. */
    private static Linear rows(
            String name, int first, int rows, int cols, int stride, boolean transposed) {
        return new Linear(
                new WeightRef(name, first, rows, cols, 1, stride, transposed),
                new WeightRef(name + "_bias", first, rows, 0, 1, stride, false));
    }
}
