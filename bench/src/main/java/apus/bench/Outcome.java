package apus.bench;

import apus.runtime.ModelInfo;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;

/**
 * What a run of the benchmark found.
 *
 * @param readLimit 10^9 bytes per second that the memory gives to so many threads
 */
record Outcome(
        ModelInfo model,
        Load load,
        int repetitions,
        WeightTraffic traffic,
        Speed speed,
        double readLimit) {

    /** Bytes that one step of the decode measurement reads. */
    private double bytesPerStep() {
        return traffic.bytesPerStep(load.concurrency(), speed.meanContext());
    }

    /** 10^9 bytes per second that decoding reads. */
    private double readRate() {
        return bytesPerStep() * speed.decodeTokensPerSecond() / load.concurrency() / 1e9;
    }

    String json() {
        ObjectNode json = new JsonMapper().createObjectNode();
        json.put("prefill_tok_s", round(speed.prefillTokensPerSecond()));
        json.put("decode_tok_s", round(speed.decodeTokensPerSecond()));
        json.put("ttft_ms", round(speed.firstTokenMillis()));
        json.put("read_limit_gb_s", round(readLimit));
        json.put("read_share", Math.round(readRate() / readLimit * 1e4) / 1e4);
        json.put("threads", model.threads());
        json.put("backend", model.backend());
        json.put("format", traffic.format());
        json.put("device", model.device());
        json.put("model", model.directory().toString());
        json.put("prompt_tokens", load.promptTokens());
        json.put("generate_tokens", load.generateTokens());
        json.put("concurrency", load.concurrency());
        json.put("repetitions", repetitions);
        json.put("bytes_per_step", Math.round(bytesPerStep()));
        json.put("java", Runtime.version().toString());
        return json + "\n";
    }

    private static double round(double value) {
        return Math.round(value * 100) / 100.0;
    }

    String text() {
        return String.format(
                Locale.ROOT,
                """
                model    %s (%s, %s)%s
                backend  %s: %s
                load     %d x %d prompt tokens, %d generated; medians of %d
                prefill  %.1f tokens/s; first token after %.1f ms
                decode   %.1f tokens/s in all, %.1f per sequence
                reads    %.1f MB per step, %.2f GB/s: %.0f%% of the %.2f GB/s that %d threads can read
                """,
                model.directory(),
                model.family(),
                traffic.format(),
                model.weightFormat().isEmpty() ? "" : ": " + model.weightFormat(),
                model.backend(),
                model.device(),
                load.concurrency(),
                load.promptTokens(),
                load.generateTokens(),
                repetitions,
                speed.prefillTokensPerSecond(),
                speed.firstTokenMillis(),
                speed.decodeTokensPerSecond(),
                speed.decodeTokensPerSecond() / load.concurrency(),
                bytesPerStep() / 1e6,
                readRate(),
                100 * readRate() / readLimit,
                readLimit,
                model.threads());
    }
}
