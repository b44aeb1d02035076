package apus.bench;

import apus.openai.cli.DemoModel;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Writes a model with the shape of TinyLlama-1.1B and random bf16 weights: it says nothing, but is
 * as fast as the real one, and so measures speed where nothing can be downloaded. Its tokenizer is
 * the demo model's.
 */
public final class RandomCheckpoint {
    private static final int HIDDEN = 2048;
    private static final int INTERMEDIATE = 5632;
    private static final int LAYERS = 22;
    private static final int HEADS = 32;
    private static final int KV_HEADS = 4;
    private static final int VOCAB = 32000;
    private static final int CONTEXT = 2048;
    private static final int KV_WIDTH = HIDDEN / HEADS * KV_HEADS;

    private static final JsonMapper JSON = new JsonMapper();

    private final SplittableRandom random = new SplittableRandom(1);

    private RandomCheckpoint() {}

    /** The folder to write to is the only argument; 2.2 GB. */
    public static void main(String[] args) throws IOException {
        if (args.length != 1) {
            System.err.println("apus: give the folder to write a random model of 2.2 GB to");
            System.exit(2);
        }
        new RandomCheckpoint().write(Path.of(args[0]));
    }

    private void write(Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("config.json"), config().toString());
        for (String name : new String[] {"tokenizer.json", "tokenizer_config.json"}) {
            Files.write(folder.resolve(name), Files.readAllBytes(DemoModel.find().resolve(name)));
        }
        Map<String, int[]> shapes = shapes();
        byte[] header = header(shapes).toString().getBytes(StandardCharsets.UTF_8);
        try (OutputStream out =
                new BufferedOutputStream(
                        Files.newOutputStream(folder.resolve("model.safetensors")), 1 << 20)) {
            out.write(
                    ByteBuffer.allocate(8)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .putLong(header.length)
                            .array());
            out.write(header);
            for (int[] shape : shapes.values()) {
                tensor(out, shape);
            }
        }
    }

    private static ObjectNode config() {
        ObjectNode config = JSON.createObjectNode();
        config.putArray("architectures").add("LlamaForCausalLM");
        config.put("model_type", "llama");
        config.put("hidden_size", HIDDEN);
        config.put("intermediate_size", INTERMEDIATE);
        config.put("num_hidden_layers", LAYERS);
        config.put("num_attention_heads", HEADS);
        config.put("num_key_value_heads", KV_HEADS);
        config.put("vocab_size", VOCAB);
        config.put("max_position_embeddings", CONTEXT);
        config.put("rms_norm_eps", 1e-5);
        config.put("rope_theta", 10000.0);
        config.put("hidden_act", "silu");
        config.put("tie_word_embeddings", false);
        config.put("torch_dtype", "bfloat16");
        return config;
    }

    private static Map<String, int[]> shapes() {
        Map<String, int[]> shapes = new LinkedHashMap<>();
        shapes.put("model.embed_tokens.weight", new int[] {VOCAB, HIDDEN});
        for (int i = 0; i < LAYERS; i++) {
            String at = "model.layers." + i + ".";
            shapes.put(at + "input_layernorm.weight", new int[] {HIDDEN});
            shapes.put(at + "self_attn.q_proj.weight", new int[] {HIDDEN, HIDDEN});
            shapes.put(at + "self_attn.k_proj.weight", new int[] {KV_WIDTH, HIDDEN});
            shapes.put(at + "self_attn.v_proj.weight", new int[] {KV_WIDTH, HIDDEN});
            shapes.put(at + "self_attn.o_proj.weight", new int[] {HIDDEN, HIDDEN});
            shapes.put(at + "post_attention_layernorm.weight", new int[] {HIDDEN});
            shapes.put(at + "mlp.gate_proj.weight", new int[] {INTERMEDIATE, HIDDEN});
            shapes.put(at + "mlp.up_proj.weight", new int[] {INTERMEDIATE, HIDDEN});
            shapes.put(at + "mlp.down_proj.weight", new int[] {HIDDEN, INTERMEDIATE});
        }
        shapes.put("model.norm.weight", new int[] {HIDDEN});
        shapes.put("lm_head.weight", new int[] {VOCAB, HIDDEN});
        return shapes;
    }

    private static long elements(int[] shape) {
        return shape.length == 1 ? shape[0] : (long) shape[0] * shape[1];
    }

    private static ObjectNode header(Map<String, int[]> shapes) {
        ObjectNode header = JSON.createObjectNode();
        long offset = 0;
        for (Map.Entry<String, int[]> entry : shapes.entrySet()) {
            ObjectNode tensor = header.putObject(entry.getKey()).put("dtype", "BF16");
            var shape = tensor.putArray("shape");
            for (int size : entry.getValue()) {
                shape.add(size);
            }
            long end = offset + 2 * elements(entry.getValue());
            tensor.putArray("data_offsets").add(offset).add(end);
            offset = end;
        }
        return header;
    }

    /**
     * Matrices of numbers between 2^-8 and 2^-7 with either sign; vectors, which scale, of ones.
     */
    private void tensor(OutputStream out, int[] shape) throws IOException {
        ByteBuffer row =
                ByteBuffer.allocate(2 * shape[shape.length - 1]).order(ByteOrder.LITTLE_ENDIAN);
        for (int r = 0; r < (shape.length == 1 ? 1 : shape[0]); r++) {
            row.clear();
            while (row.hasRemaining()) {
                int bits = random.nextInt();
                row.putShort((short) (shape.length == 1 ? 0x3f80 : (bits & 0x807f) | 0x3b80));
            }
            out.write(row.array());
        }
    }
}
