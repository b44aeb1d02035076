package apus.runtime;

import apus.conformance.TensorFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The configuration and tensors of a real model, with zeros for weights that take no space on the
 * disk. The shapes are those of each model's config.json on the hub.
 */
enum LargeCheckpoint {
    /** meta-llama/Llama-2-70b-chat-hf. */
    LLAMA_2_70B("LlamaForCausalLM", "F16", 8192, 28672, 80, 64, 8, 32000, 4096, 0, 1e4, 15),

    /** mistralai/Mixtral-8x7B-Instruct-v0.1. */
    MIXTRAL_8X7B("MixtralForCausalLM", "BF16", 4096, 14336, 32, 32, 8, 32000, 32768, 8, 1e6, 19),

    /** meta-llama/Llama-3.1-405B, without its rope scaling. */
    LLAMA_31_405B(
            "LlamaForCausalLM", "BF16", 16384, 53248, 126, 128, 8, 128256, 131072, 0, 5e5, 191);

    private final String architecture;
    private final String type;
    private final int hidden;
    private final int wide;
    private final int layers;
    private final int heads;
    private final int kvHeads;
    private final int vocab;
    private final int context;
    private final int experts;
    private final double theta;
    private final int shards;

    LargeCheckpoint(
            String architecture,
            String type,
            int hidden,
            int wide,
            int layers,
            int heads,
            int kvHeads,
            int vocab,
            int context,
            int experts,
            double theta,
            int shards) {
        this.architecture = architecture;
        this.type = type;
        this.hidden = hidden;
        this.wide = wide;
        this.layers = layers;
        this.heads = heads;
        this.kvHeads = kvHeads;
        this.vocab = vocab;
        this.context = context;
        this.experts = experts;
        this.theta = theta;
        this.shards = shards;
    }

    /** Keys and values of one token in float32, in bytes. */
    long cachePerToken() {
        return 2L * layers * kvHeads * (hidden / heads) * Float.BYTES;
    }

    int context() {
        return context;
    }

    int shards() {
        return shards;
    }

    /** Writes all files but the tokenizer; returns the bytes of all tensors. */
    long write(Path dir) throws IOException {
        Files.writeString(dir.resolve("config.json"), config());
        List<long[]> shapes = new ArrayList<>();
        List<String> names = tensors(shapes);
        long all = 0;
        for (long[] shape : shapes) {
            all += TensorFile.size(type, shape);
        }
        StringBuilder map = new StringBuilder();
        TensorFile file = new TensorFile();
        int number = 1;
        long before = 0;
        for (int i = 0; i < names.size(); i++) {
            file.zeros(names.get(i), type, shapes.get(i));
            String path = "model-%05d-of-%05d.safetensors".formatted(number, shards);
            map.append(i == 0 ? "" : ",").append("\"%s\":\"%s\"".formatted(names.get(i), path));
            boolean full = before + file.bytes() >= all * number / shards;
            if (full || i == names.size() - 1) {
                file.write(dir.resolve(path));
                before += file.bytes();
                file = new TensorFile();
                number++;
            }
        }
        Files.writeString(
                dir.resolve("model.safetensors.index.json"),
                "{\"metadata\":{\"total_size\":%d},\"weight_map\":{%s}}".formatted(all, map));
        return all;
    }

    private String config() {
        return String.format(
                Locale.ROOT,
                """
                {"architectures": ["%s"], "hidden_size": %d, "intermediate_size": %d,
                 "num_hidden_layers": %d, "num_attention_heads": %d, "num_key_value_heads": %d,
                 "vocab_size": %d, "max_position_embeddings": %d, "rms_norm_eps": 1e-05,
                 "rope_theta": %.1f, "hidden_act": "silu", "tie_word_embeddings": false%s}
                """,
                architecture,
                hidden,
                wide,
                layers,
                heads,
                kvHeads,
                vocab,
                context,
                theta,
                experts == 0
                        ? ""
                        : ", \"num_local_experts\": %d, \"num_experts_per_tok\": 2"
                                .formatted(experts));
    }

    private List<String> tensors(List<long[]> shapes) {
        List<String> names = new ArrayList<>();
        long kv = (long) hidden / heads * kvHeads;
        add("model.embed_tokens", names, shapes, vocab, hidden);
        for (int i = 0; i < layers; i++) {
            String at = "model.layers." + i + ".";
            add(at + "self_attn.q_proj", names, shapes, hidden, hidden);
            add(at + "self_attn.k_proj", names, shapes, kv, hidden);
            add(at + "self_attn.v_proj", names, shapes, kv, hidden);
            add(at + "self_attn.o_proj", names, shapes, hidden, hidden);
            add(at + "input_layernorm", names, shapes, hidden);
            add(at + "post_attention_layernorm", names, shapes, hidden);
            if (experts == 0) {
                add(at + "mlp.gate_proj", names, shapes, wide, hidden);
                add(at + "mlp.up_proj", names, shapes, wide, hidden);
                add(at + "mlp.down_proj", names, shapes, hidden, wide);
            } else {
                String moe = at + "block_sparse_moe.";
                add(moe + "gate", names, shapes, experts, hidden);
                for (int e = 0; e < experts; e++) {
                    add(moe + "experts." + e + ".w1", names, shapes, wide, hidden);
                    add(moe + "experts." + e + ".w2", names, shapes, hidden, wide);
                    add(moe + "experts." + e + ".w3", names, shapes, wide, hidden);
                }
            }
        }
        add("model.norm", names, shapes, hidden);
        add("lm_head", names, shapes, vocab, hidden);
        return names;
    }

    private static void add(String name, List<String> names, List<long[]> shapes, long... shape) {
        names.add(name + ".weight");
        shapes.add(shape);
    }
}
