package apus.openai.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.runtime.EngineStats;
import apus.runtime.Histogram;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Names, labels and values of the engine's families. */
final class EngineFamiliesTest {
    private static final String LABELS = "{engine=\"0\",model_name=\"m\"} ";

    /** A histogram whose count tells which one it is. */
    private static Histogram.Snapshot times(int count) {
        return new Histogram.Snapshot(new double[] {1}, new long[] {count, 0}, 0.5, count);
    }

    private static String page() {
        PrometheusText page = new PrometheusText();
        new EngineFamilies(page, "m")
                .add(
                        new EngineStats(
                                3,
                                4,
                                0.25,
                                100,
                                200,
                                90,
                                80,
                                Map.of("stop", 5L, "abort", 6L),
                                7,
                                times(11),
                                times(12),
                                times(13),
                                times(14),
                                times(15),
                                times(16),
                                times(17),
                                times(18),
                                times(19),
                                times(20),
                                times(21),
                                times(22),
                                times(23),
                                times(24)));
        return page.text();
    }

    @Test
    void valuesStandUnderVllmsNames() {
        String text = page();
        for (String sample :
                List.of(
                        "vllm:num_requests_running" + LABELS + 3,
                        "vllm:num_requests_waiting" + LABELS + 4,
                        "vllm:kv_cache_usage_perc" + LABELS + 0.25,
                        "vllm:gpu_cache_usage_perc" + LABELS + 0.25,
                        "vllm:prompt_tokens_total" + LABELS + 100,
                        "vllm:generation_tokens_total" + LABELS + 200,
                        "vllm:prefix_cache_queries_total" + LABELS + 90,
                        "vllm:prefix_cache_hits_total" + LABELS + 80,
                        "vllm:num_preemptions_total" + LABELS + 0,
                        "vllm:request_success_total"
                                + "{engine=\"0\",finished_reason=\"stop\",model_name=\"m\"} 5",
                        "apus:requests_aborted_total" + LABELS + 6,
                        "apus:engine_steps_total" + LABELS + 7,
                        "vllm:time_per_output_token_seconds_count" + LABELS + 12,
                        "vllm:time_to_first_token_seconds_count" + LABELS + 11,
                        "vllm:inter_token_latency_seconds_count" + LABELS + 12,
                        "vllm:request_time_per_output_token_seconds_count" + LABELS + 13,
                        "vllm:e2e_request_latency_seconds_count" + LABELS + 14,
                        "vllm:request_queue_time_seconds_count" + LABELS + 15,
                        "vllm:request_inference_time_seconds_count" + LABELS + 16,
                        "vllm:request_prefill_time_seconds_count" + LABELS + 17,
                        "vllm:request_decode_time_seconds_count" + LABELS + 18,
                        "vllm:request_prompt_tokens_count" + LABELS + 19,
                        "vllm:request_generation_tokens_count" + LABELS + 20,
                        "vllm:request_max_num_generation_tokens_count" + LABELS + 21,
                        "vllm:iteration_tokens_total_count" + LABELS + 22,
                        "vllm:request_params_n_count" + LABELS + 23,
                        "vllm:request_params_max_tokens_count" + LABELS + 24)) {
            assertTrue(text.contains(sample + "\n"), sample);
        }
    }

    @Test
    void everyLineIsASampleOfTheFamilyAboveIt() {
        Pattern sample = Pattern.compile("([a-z0-9_:]+)(\\{[^}]*\\})? [0-9.]+");
        String family = "";
        for (String line : page().lines().toList()) {
            if (line.startsWith("# TYPE ")) {
                family = line.substring("# TYPE ".length(), line.lastIndexOf(' '));
            } else if (!line.startsWith("#")) {
                var matcher = sample.matcher(line);
                assertTrue(matcher.matches(), line);
                String base = matcher.group(1).replaceFirst("_(bucket|sum|count)$", "");
                assertEquals(family, base, line);
            }
        }
    }
}
