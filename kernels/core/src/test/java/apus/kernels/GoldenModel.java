package apus.kernels;

import apus.conformance.Packs;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A tiny model with the outputs of the reference implementation: {@code golden.json} beside {@code
 * config.json}.
 *
 * @param logitTolerance for stored weights and arithmetic in float32
 * @param logprobTolerance the same
 * @param bf16LogitTolerance where every activation is rounded to bfloat16
 */
public record GoldenModel(
        String name,
        Path dir,
        float logitTolerance,
        float logprobTolerance,
        float bf16LogitTolerance,
        List<List<String>> batches,
        Map<String, Prompt> prompts) {
    /**
     * One prompt.
     *
     * @param finalLogits [vocab]
     * @param logits [ids][vocab], or empty for long prompts
     * @param promptLogprobs [ids], NaN for the first
     * @param margins gap of the best two logits before each greedy token
     */
    public record Prompt(
            String name,
            int[] ids,
            float[] finalLogits,
            float[] logits,
            double[] promptLogprobs,
            int[] greedy,
            double[] margins,
            double[] greedyLogprobs) {}

    @Override
    public String toString() {
        return name;
    }

    /**
     * All models of the test data and of the folders of APUS_CONFORMANCE whose names begin with one
     * of {@code prefixes}, which stand between commas.
     */
    public static List<GoldenModel> all(String prefixes) {
        List<String> wanted = List.of(prefixes.split(",", -1));
        return Packs.with(Path.of(System.getProperty("apus.testdata")))
                .find(Packs.Kind.MODEL)
                .stream()
                .filter(d -> wanted.stream().anyMatch(d.getFileName().toString()::startsWith))
                .map(GoldenModel::read)
                .toList();
    }

    /** Tokens of the longest prompt and what is generated after it. */
    public int longest() {
        return prompts.values().stream()
                .mapToInt(p -> p.ids().length + p.greedy().length)
                .max()
                .orElse(1);
    }

    /** The prompt with the most tokens. */
    public Prompt longestPrompt() {
        return prompts.values().stream()
                .max(Comparator.comparingInt(p -> p.ids().length))
                .orElseThrow();
    }

    public static GoldenModel read(Path dir) {
        try {
            JsonNode json =
                    new JsonMapper().readTree(Files.readAllBytes(dir.resolve("golden.json")));
            Map<String, Prompt> prompts = new LinkedHashMap<>();
            for (JsonNode p : json.get("prompts")) {
                prompts.put(
                        p.get("name").asText(),
                        new Prompt(
                                p.get("name").asText(),
                                ints(p.get("ids")),
                                floats(p.path("final_logits")),
                                floats(p.path("logits")),
                                doubles(p.get("prompt_logprobs")),
                                ints(p.path("greedy").path("ids")),
                                doubles(p.path("greedy").path("margins")),
                                doubles(p.path("greedy").path("logprobs"))));
            }
            List<List<String>> batches = new ArrayList<>();
            for (JsonNode batch : json.get("batches")) {
                List<String> names = new ArrayList<>();
                batch.forEach(n -> names.add(n.asText()));
                batches.add(names);
            }
            JsonNode tolerance = json.get("tolerance").get("float32");
            JsonNode rounded = json.get("tolerance").get("bfloat16_activations");
            return new GoldenModel(
                    dir.getFileName().toString(),
                    dir,
                    tolerance.get("logits").floatValue(),
                    tolerance.get("logprobs").floatValue(),
                    rounded.get("logits").floatValue(),
                    batches,
                    prompts);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int[] ints(JsonNode array) {
        int[] values = new int[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).intValue();
        }
        return values;
    }

    private static double[] doubles(JsonNode array) {
        double[] values = new double[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).isNull() ? Double.NaN : array.get(i).doubleValue();
        }
        return values;
    }

    private static float[] floats(JsonNode base64) {
        if (base64.isMissingNode() || base64.isNull()) {
            return new float[0];
        }
        ByteBuffer bytes =
                ByteBuffer.wrap(Base64.getDecoder().decode(base64.asText()))
                        .order(ByteOrder.LITTLE_ENDIAN);
        float[] values = new float[bytes.remaining() / Float.BYTES];
        bytes.asFloatBuffer().get(values);
        return values;
    }
}
