package apus.kernels.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.format.checkpoint.Checkpoint;
import apus.kernels.Batch;
import apus.kernels.Executor;
import apus.kernels.ExecutorOptions;
import apus.kernels.ExecutorOptions.CpuChoice;
import apus.kernels.KvShape;
import apus.kernels.Quantization;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * GPT-NeoX against the equations of its paper (Black et al. 2022, arXiv 2204.06745), written out
 * here once more in double precision, whole sequence at a time.
 */
final class GptNeoXTest {
    private static final int VOCAB = 40;
    private static final int HIDDEN = 24;
    private static final int HEADS = 3;
    private static final int HEAD_DIM = 8;
    private static final int ROTARY = 4;
    private static final int WIDE = 56;
    private static final int LAYERS = 2;
    private static final double EPS = 1e-5;
    private static final double THETA = 5000;

    @TempDir Path dir;
    private final Map<String, float[]> tensors = new LinkedHashMap<>();
    private final Map<String, String> shapes = new LinkedHashMap<>();
    private final Random random = new Random(17);

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void logitsAreThoseOfTheEquations(boolean parallel) throws IOException {
        makeModel(parallel);
        int[] ids = random.ints(11, 0, VOCAB).toArray();
        double[][] wanted = reference(ids, parallel);
        ExecutorOptions options =
                new ExecutorOptions(2, 16, 1, 16, 32, CpuChoice.SCALAR, Quantization.NONE);
        try (Checkpoint checkpoint = Checkpoint.open(dir);
                Executor executor = new CpuExecutorProvider().open(checkpoint, options)) {
            executor.allocateKv(new KvShape(5, 4));
            Batch batch = new Batch(16, 1, 16, 4);
            batch.clear();
            batch.sequences = 1;
            batch.tokens = ids.length;
            batch.seqStart[1] = ids.length;
            batch.contextLen[0] = ids.length;
            for (int i = 0; i < 4; i++) {
                batch.blockTable[i] = i + 1;
            }
            for (int t = 0; t < ids.length; t++) {
                batch.tokenIds[t] = ids[t];
                batch.positions[t] = t;
                batch.slots[t] = 4 + t;
                batch.ropeLength[t] = ids.length;
                batch.logitRows[t] = t;
            }
            batch.logitCount = ids.length;
            var logits = executor.forward(batch);
            double largest = 0;
            for (int t = 0; t < ids.length; t++) {
                float[] found = logits.row(t).toArray(JAVA_FLOAT);
                for (int v = 0; v < VOCAB; v++) {
                    assertEquals(wanted[t][v], found[v], 1e-4, "token " + t + " logit " + v);
                    largest = Math.max(largest, Math.abs(found[v]));
                }
            }
            assertTrue(largest > 1, "logits that say something");
        }
    }

    private double[][] reference(int[] ids, boolean parallel) {
        double[][] x = new double[ids.length][];
        for (int t = 0; t < ids.length; t++) {
            x[t] = row("gpt_neox.embed_in.weight", ids[t], HIDDEN);
        }
        for (int layer = 0; layer < LAYERS; layer++) {
            String at = "gpt_neox.layers." + layer + ".";
            double[][] attended = attention(at, x);
            double[][] next = new double[x.length][];
            for (int t = 0; t < x.length; t++) {
                double[] middle = sum(x[t], attended[t]);
                double[] read = parallel ? x[t] : middle;
                double[] wide =
                        linear(
                                at + "mlp.dense_h_to_4h",
                                WIDE,
                                norm(at + "post_attention_layernorm", read));
                for (int i = 0; i < WIDE; i++) {
                    wide[i] = 0.5 * wide[i] * (1 + erf(wide[i] / Math.sqrt(2)));
                }
                next[t] = sum(middle, linear(at + "mlp.dense_4h_to_h", HIDDEN, wide));
            }
            x = next;
        }
        double[][] logits = new double[x.length][];
        for (int t = 0; t < x.length; t++) {
            double[] last = norm("gpt_neox.final_layer_norm", x[t]);
            logits[t] = new double[VOCAB];
            for (int v = 0; v < VOCAB; v++) {
                logits[t][v] = dot(row("embed_out.weight", v, HIDDEN), last);
            }
        }
        return logits;
    }

    private double[][] attention(String at, double[][] x) {
        double[][][] qkv = new double[x.length][][];
        for (int t = 0; t < x.length; t++) {
            double[] all =
                    linear(
                            at + "attention.query_key_value",
                            3 * HIDDEN,
                            norm(at + "input_layernorm", x[t]));
            qkv[t] = new double[3 * HEADS][];
            for (int i = 0; i < 3 * HEADS; i++) {
                // Head by head: query, key, value.
                qkv[t][i] = java.util.Arrays.copyOfRange(all, i * HEAD_DIM, (i + 1) * HEAD_DIM);
                if (i % 3 < 2) {
                    turn(qkv[t][i], t);
                }
            }
        }
        double[][] out = new double[x.length][];
        for (int t = 0; t < x.length; t++) {
            double[] mixed = new double[HIDDEN];
            for (int h = 0; h < HEADS; h++) {
                double[] weights = new double[t + 1];
                double total = 0;
                for (int s = 0; s <= t; s++) {
                    weights[s] =
                            Math.exp(dot(qkv[t][3 * h], qkv[s][3 * h + 1]) / Math.sqrt(HEAD_DIM));
                    total += weights[s];
                }
                for (int s = 0; s <= t; s++) {
                    for (int i = 0; i < HEAD_DIM; i++) {
                        mixed[h * HEAD_DIM + i] += weights[s] / total * qkv[s][3 * h + 2][i];
                    }
                }
            }
            out[t] = linear(at + "attention.dense", HIDDEN, mixed);
        }
        return out;
    }

    private static void turn(double[] head, int position) {
        for (int i = 0; i < ROTARY / 2; i++) {
            double angle = position * Math.pow(THETA, -2.0 * i / ROTARY);
            double a = head[i];
            double b = head[i + ROTARY / 2];
            head[i] = a * Math.cos(angle) - b * Math.sin(angle);
            head[i + ROTARY / 2] = b * Math.cos(angle) + a * Math.sin(angle);
        }
    }

    private double[] norm(String name, double[] x) {
        double mean = java.util.Arrays.stream(x).average().orElseThrow();
        double variance =
                java.util.Arrays.stream(x)
                        .map(v -> (v - mean) * (v - mean))
                        .average()
                        .orElseThrow();
        double[] y = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            y[i] =
                    (x[i] - mean) / Math.sqrt(variance + EPS) * tensors.get(name + ".weight")[i]
                            + tensors.get(name + ".bias")[i];
        }
        return y;
    }

    private double[] linear(String name, int out, double[] x) {
        double[] y = new double[out];
        for (int r = 0; r < out; r++) {
            y[r] = dot(row(name + ".weight", r, x.length), x) + tensors.get(name + ".bias")[r];
        }
        return y;
    }

    private double[] row(String name, int row, int cols) {
        double[] values = new double[cols];
        for (int c = 0; c < cols; c++) {
            values[c] = tensors.get(name)[row * cols + c];
        }
        return values;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static double[] sum(double[] a, double[] b) {
        double[] sum = new double[a.length];
        for (int i = 0; i < a.length; i++) {
            sum[i] = a[i] + b[i];
        }
        return sum;
    }

    /** Simpson's rule on the integral that defines it. */
    private static double erf(double x) {
        int steps = 2000;
        double sum = 0;
        for (int i = 0; i <= steps; i++) {
            double t = x * i / steps;
            sum += Math.exp(-t * t) * (i == 0 || i == steps ? 1 : i % 2 == 0 ? 2 : 4);
        }
        return 2 / Math.sqrt(Math.PI) * sum * x / steps / 3;
    }

    private void makeModel(boolean parallel) throws IOException {
        matrix("gpt_neox.embed_in", VOCAB, HIDDEN, false);
        for (int layer = 0; layer < LAYERS; layer++) {
            String at = "gpt_neox.layers." + layer + ".";
            normTensors(at + "input_layernorm");
            normTensors(at + "post_attention_layernorm");
            matrix(at + "attention.query_key_value", 3 * HIDDEN, HIDDEN, true);
            matrix(at + "attention.dense", HIDDEN, HIDDEN, true);
            matrix(at + "mlp.dense_h_to_4h", WIDE, HIDDEN, true);
            matrix(at + "mlp.dense_4h_to_h", HIDDEN, WIDE, true);
        }
        normTensors("gpt_neox.final_layer_norm");
        matrix("embed_out", VOCAB, HIDDEN, false);
        // What old checkpoints carry beside the weights.
        put("gpt_neox.layers.0.attention.masked_bias", "[]", 1);
        StringBuilder header = new StringBuilder("{");
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        tensors.forEach((name, values) -> {
            header.append(header.length() > 1 ? "," : "")
                    .append(
                            "\"%s\":{\"dtype\":\"F32\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
                                    .formatted(
                                            name,
                                            shapes.get(name),
                                            data.size(),
                                            data.size() + 4 * values.length));
            ByteBuffer bytes =
                    ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(values);
            data.writeBytes(bytes.array());
        });
        byte[] json = header.append("}").toString().getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(
                ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(json.length).array());
        file.writeBytes(json);
        file.writeBytes(data.toByteArray());
        Files.write(dir.resolve("model.safetensors"), file.toByteArray());
        Files.writeString(
                dir.resolve("config.json"),
                """
                {"architectures": ["GPTNeoXForCausalLM"], "vocab_size": %d, "hidden_size": %d,
                 "num_hidden_layers": %d, "num_attention_heads": %d, "intermediate_size": %d,
                 "max_position_embeddings": 64, "rotary_pct": 0.5, "rotary_emb_base": %s,
                 "layer_norm_eps": %s, "hidden_act": "gelu", "use_parallel_residual": %s}
                """
                        .formatted(VOCAB, HIDDEN, LAYERS, HEADS, WIDE, THETA, EPS, parallel));
    }

    private void matrix(String name, int rows, int cols, boolean bias) {
        put(name + ".weight", "[" + rows + "," + cols + "]", rows * cols);
        if (bias) {
            put(name + ".bias", "[" + rows + "]", rows);
        }
    }

    private void normTensors(String name) {
        put(name + ".weight", "[" + HIDDEN + "]", HIDDEN);
        put(name + ".bias", "[" + HIDDEN + "]", HIDDEN);
    }

    private void put(String name, String shape, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian() * 0.4f;
        }
        tensors.put(name, values);
        shapes.put(name, shape);
    }
}
