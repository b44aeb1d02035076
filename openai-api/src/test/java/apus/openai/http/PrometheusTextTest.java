package apus.openai.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.runtime.EngineStats;
import apus.runtime.Histogram;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The text format, and the families under vLLM's names. */
final class PrometheusTextTest {
    private static final Histogram.Snapshot TIMES =
            new Histogram.Snapshot(new double[] {0.0001, 1, 2.5}, new long[] {2, 0, 3, 1}, 12.5, 6);

    @Test
    void bucketsAreCumulativeAndEndWithInfinity() {
        String text =
                new PrometheusText().histogram("a:b", "Help.", Map.of("m", "x"), TIMES).text();
        assertEquals(
                """
                # HELP a:b Help.
                # TYPE a:b histogram
                a:b_bucket{le="0.0001",m="x"} 2
                a:b_bucket{le="1.0",m="x"} 2
                a:b_bucket{le="2.5",m="x"} 5
                a:b_bucket{le="+Inf",m="x"} 6
                a:b_sum{m="x"} 12.5
                a:b_count{m="x"} 6
                """,
                text);
    }

    @Test
    void labelsAreEscaped() {
        assertEquals(
                "n{a=\"q\\\"b\\\\s\\nl\"} 1\n",
                new PrometheusText().sample("n", Map.of("a", "q\"b\\s\nl"), 1).text());
        assertEquals("n NaN\n", new PrometheusText().sample("n", Map.of(), Double.NaN).text());
    }

    @Test
    void engineFamiliesHaveVllmsNames() {
        EngineStats stats =
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
                        TIMES,
                        TIMES,
                        TIMES,
                        TIMES,
                        TIMES,
                        TIMES,
                        TIMES,
                        TIMES);
        PrometheusText page = new PrometheusText();
        MetricsRoute.engine(page, stats, Map.of("model_name", "m"));
        String text = page.text();
        for (String line :
                new String[] {
                    "vllm:num_requests_running{model_name=\"m\"} 3",
                    "vllm:num_requests_waiting{model_name=\"m\"} 4",
                    "vllm:kv_cache_usage_perc{model_name=\"m\"} 0.25",
                    "vllm:prompt_tokens_total{model_name=\"m\"} 100",
                    "vllm:generation_tokens_total{model_name=\"m\"} 200",
                    "vllm:prefix_cache_queries_total{model_name=\"m\"} 90",
                    "vllm:prefix_cache_hits_total{model_name=\"m\"} 80",
                    "vllm:request_success_total{finished_reason=\"stop\",model_name=\"m\"} 5",
                    "apus:requests_aborted_total{model_name=\"m\"} 6",
                    "vllm:time_to_first_token_seconds_count{model_name=\"m\"} 6",
                    "vllm:inter_token_latency_seconds_count{model_name=\"m\"} 6",
                    "vllm:time_per_output_token_seconds_count{model_name=\"m\"} 6",
                    "vllm:e2e_request_latency_seconds_count{model_name=\"m\"} 6",
                    "vllm:request_queue_time_seconds_count{model_name=\"m\"} 6",
                    "vllm:request_prefill_time_seconds_count{model_name=\"m\"} 6",
                    "vllm:request_decode_time_seconds_count{model_name=\"m\"} 6",
                    "vllm:request_prompt_tokens_count{model_name=\"m\"} 6",
                    "vllm:request_generation_tokens_count{model_name=\"m\"} 6"
                }) {
            assertTrue(text.contains(line + "\n"), line);
        }
        Pattern sample = Pattern.compile("[a-z0-9_:]+(\\{[^}]*\\})? [0-9.]+");
        text.lines()
                .filter(line -> !line.startsWith("#"))
                .forEach(line -> assertTrue(sample.matcher(line).matches(), line));
    }
}
