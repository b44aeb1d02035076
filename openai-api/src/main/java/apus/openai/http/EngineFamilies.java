package apus.openai.http;

import apus.runtime.EngineStats;
import apus.runtime.Histogram;
import apus.runtime.ModelInfo;
import java.util.Map;
import java.util.TreeMap;

/**
 * What an engine has done, under the names and labels of vLLM (its documentation, "Production
 * Metrics") so that dashboards and gateways made for it work. What vLLM does not count is named
 * {@code apus:}; names it has given up stay where dashboards may still ask for them.
 */
final class EngineFamilies {
    // vLLM numbers its engines; here there is one.
    private static final String ENGINE = "0";

    private final PrometheusText page;
    private final Map<String, String> labels;

    EngineFamilies(PrometheusText page, String modelName) {
        this.page = page;
        this.labels = Map.of("engine", ENGINE, "model_name", modelName);
    }

    void add(EngineStats s) {
        addState(s);
        addCounters(s);
        addRequests(s);
        addTimes(s);
    }

    private void addState(EngineStats s) {
        gauge("vllm:num_requests_running", "Requests being computed.", s.running());
        gauge("vllm:num_requests_waiting", "Requests in the queue.", s.waiting());
        gauge("vllm:kv_cache_usage_perc", "KV cache in use; 1 is all of it.", s.kvCacheUsage());
        gauge(
                "vllm:gpu_cache_usage_perc",
                "The same under its older name, whatever the device.",
                s.kvCacheUsage());
    }

    private void addCounters(EngineStats s) {
        counter(
                "vllm:prompt_tokens_total",
                "Prompt tokens taken in, computed or found in the prefix cache.",
                s.promptTokens());
        counter("vllm:generation_tokens_total", "Tokens generated.", s.generationTokens());
        counter(
                "vllm:prefix_cache_queries_total",
                "Prompt tokens looked for in the prefix cache.",
                s.prefixQueries());
        counter(
                "vllm:prefix_cache_hits_total",
                "Prompt tokens found in the prefix cache.",
                s.prefixHits());
        counter(
                "vllm:num_preemptions_total",
                "Always 0: a request begins when the cache has room for all of it.",
                0);
        page.family("vllm:request_success_total", "counter", "Requests ended, by reason.");
        for (Map.Entry<String, Long> reason : s.finished().entrySet()) {
            Map<String, String> withReason = new TreeMap<>(labels);
            withReason.put("finished_reason", reason.getKey());
            page.sample("vllm:request_success_total", withReason, reason.getValue());
        }
        counter(
                "apus:requests_aborted_total",
                "Requests given up because nobody wanted the answer.",
                s.finished().getOrDefault("abort", 0L));
        counter("apus:engine_steps_total", "Steps of the model.", s.steps());
    }

    private void addRequests(EngineStats s) {
        histogram("vllm:iteration_tokens_total", "Tokens computed in a step.", s.tokensPerStep());
        histogram(
                "vllm:request_prompt_tokens",
                "Prompt tokens of ended requests.",
                s.requestPromptTokens());
        histogram(
                "vllm:request_generation_tokens",
                "Generated tokens of ended requests, all candidates together.",
                s.requestGenerationTokens());
        histogram(
                "vllm:request_max_num_generation_tokens",
                "Tokens of the longest choice of ended requests.",
                s.requestLongestChoice());
        histogram("vllm:request_params_n", "n of ended requests.", s.paramsN());
        histogram(
                "vllm:request_params_max_tokens",
                "max_tokens of ended requests; unset, what the context left.",
                s.paramsMaxTokens());
    }

    private void addTimes(EngineStats s) {
        histogram(
                "vllm:time_to_first_token_seconds",
                "Seconds from arrival to the first token.",
                s.timeToFirstToken());
        histogram(
                "vllm:inter_token_latency_seconds",
                "Seconds between tokens.",
                s.interTokenLatency());
        histogram(
                "vllm:time_per_output_token_seconds",
                "Seconds between tokens, under its older name.",
                s.interTokenLatency());
        histogram(
                "vllm:request_time_per_output_token_seconds",
                "Mean seconds between tokens of ended requests.",
                s.timePerOutputToken());
        histogram(
                "vllm:e2e_request_latency_seconds",
                "Seconds from arrival to the end.",
                s.endToEnd());
        histogram("vllm:request_queue_time_seconds", "Seconds in the queue.", s.queueTime());
        histogram(
                "vllm:request_inference_time_seconds",
                "Seconds from first scheduling to the last token.",
                s.inferenceTime());
        histogram(
                "vllm:request_prefill_time_seconds",
                "Seconds from first scheduling to the first token.",
                s.prefillTime());
        histogram(
                "vllm:request_decode_time_seconds",
                "Seconds from the first token to the last.",
                s.decodeTime());
    }

    /**
     * The key/value cache's shape, which is all in the labels: gateways derive a server's capacity
     * from it. num_gpu_blocks is vLLM's name for the blocks of whatever device computes.
     */
    void addCache(ModelInfo model, boolean prefixCaching) {
        page.family("vllm:cache_config_info", "gauge", "The KV cache, in labels.")
                .sample(
                        "vllm:cache_config_info",
                        Map.of(
                                "engine",
                                ENGINE,
                                "block_size",
                                Integer.toString(model.blockSize()),
                                "num_gpu_blocks",
                                Integer.toString(model.kvBlocks()),
                                "cache_dtype",
                                "auto",
                                "enable_prefix_caching",
                                prefixCaching ? "True" : "False", // as Python writes it
                                "kv_cache_memory_bytes",
                                Long.toString(model.kvCacheBytes())),
                        1);
    }

    private void gauge(String name, String help, long value) {
        page.family(name, "gauge", help).sample(name, labels, value);
    }

    private void gauge(String name, String help, double value) {
        page.family(name, "gauge", help).sample(name, labels, value);
    }

    private void counter(String name, String help, long value) {
        page.family(name, "counter", help).sample(name, labels, value);
    }

    private void histogram(String name, String help, Histogram.Snapshot values) {
        page.histogram(name, help, labels, values);
    }
}
