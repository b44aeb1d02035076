package apus.format.spec;

import apus.format.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Phi-3, 3.5 and 4: Llama with queries, keys and values in one tensor, and gate and up in another.
 */
final class Phi3Family implements Family {
    @Override
    public List<String> architectures() {
        return List.of("Phi3ForCausalLM");
    }

    @Override
    public ModelSpec spec(JsonObject config, Set<String> tensors) {
        Dimensions dims = Dimensions.of(config);
        int intermediate = config.integer("intermediate_size", 1, Families.MAX_WIDTH);
        Act act = Acts.of(config, "hidden_act", "silu");
        RopeConfig rope = RopeConfig.of(config, dims.headDim());
        List<Integer> windows =
                Windows.of(config, dims.layers(), Windows.size(config, 0), i -> true);
        int queries = dims.heads() * dims.headDim();
        int keys = dims.kvHeads() * dims.headDim();
        List<Layer> layers = new ArrayList<>();
        for (int i = 0; i < dims.layers(); i++) {
            String at = "model.layers." + i + ".";
            Linear qkv =
                    Linear.of(at + "self_attn.qkv_proj", queries + 2 * keys, dims.hidden(), false);
            Linear gateUp =
                    Linear.of(at + "mlp.gate_up_proj", 2 * intermediate, dims.hidden(), false);
            layers.add(
                    new Layer(
                            dims.rms(at + "input_layernorm"),
                            dims.attention(
                                            qkv.slice(0, queries),
                                            qkv.slice(queries, keys),
                                            qkv.slice(queries + keys, keys),
                                            Linear.of(
                                                    at + "self_attn.o_proj",
                                                    dims.hidden(),
                                                    queries,
                                                    false),
                                            rope.rope())
                                    .withWindow(windows.get(i)),
                            dims.rms(at + "post_attention_layernorm"),
                            new Gated(
                                    gateUp.slice(0, intermediate),
                                    gateUp.slice(intermediate, intermediate),
                                    Linear.of(
                                            at + "mlp.down_proj",
                                            dims.hidden(),
                                            intermediate,
                                            false),
                                    act)));
        }
        return new ModelSpec(
                "phi3",
                dims.vocab(),
                dims.hidden(),
                rope.maxPositions(),
                new Embedding(dims.table(), 1),
                layers,
                dims.rms("model.norm"),
                new Head(dims.head(config, false)));
    }
}
