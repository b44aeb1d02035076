package apus.openai.http;

import apus.openai.ApiSettings;
import apus.openai.ServedModel;
import apus.runtime.Engine;
import apus.runtime.EngineStats;
import io.helidon.http.Status;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.lang.management.OperatingSystemMXBean;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * What the engine has done, under vLLM's names so that dashboards made for it work; what vLLM does
 * not count is named {@code apus:}. Before the model is open there are no engine families.
 */
final class MetricsRoute implements Handler {
    private final ServedModel model;
    private final Map<String, String> labels;
    private final HttpCounts counts;

    MetricsRoute(ServedModel model, ApiSettings api, HttpCounts counts) {
        this.model = model;
        this.labels = Map.of("model_name", api.servedNames().getFirst());
        this.counts = counts;
    }

    @Override
    public void handle(ServerRequest request, ServerResponse response) {
        PrometheusText page = new PrometheusText();
        model.opened().map(Engine::stats).ifPresent(stats -> engine(page, stats, labels));
        http(page);
        jvm(page);
        JsonAnswer.send(
                request,
                response,
                Status.OK_200,
                PrometheusText.CONTENT_TYPE,
                page.text().getBytes(StandardCharsets.UTF_8));
    }

    static void engine(PrometheusText page, EngineStats s, Map<String, String> labels) {
        page.family("vllm:num_requests_running", "gauge", "Requests being computed.")
                .sample("vllm:num_requests_running", labels, s.running())
                .family("vllm:num_requests_waiting", "gauge", "Requests in the queue.")
                .sample("vllm:num_requests_waiting", labels, s.waiting())
                .family("vllm:kv_cache_usage_perc", "gauge", "KV cache in use; 1 is all of it.")
                .sample("vllm:kv_cache_usage_perc", labels, s.kvCacheUsage())
                .family("vllm:prompt_tokens_total", "counter", "Prompt tokens taken in.")
                .sample("vllm:prompt_tokens_total", labels, s.promptTokens())
                .family("vllm:generation_tokens_total", "counter", "Tokens generated.")
                .sample("vllm:generation_tokens_total", labels, s.generationTokens())
                .family(
                        "vllm:prefix_cache_queries_total",
                        "counter",
                        "Prompt tokens looked for in the prefix cache.")
                .sample("vllm:prefix_cache_queries_total", labels, s.prefixQueries())
                .family(
                        "vllm:prefix_cache_hits_total",
                        "counter",
                        "Prompt tokens found in the prefix cache.")
                .sample("vllm:prefix_cache_hits_total", labels, s.prefixHits());
        page.family("vllm:request_success_total", "counter", "Requests ended, by reason.");
        for (Map.Entry<String, Long> reason : s.finished().entrySet()) {
            page.sample(
                    "vllm:request_success_total",
                    Map.of(
                            "model_name",
                            labels.get("model_name"),
                            "finished_reason",
                            reason.getKey()),
                    reason.getValue());
        }
        page.histogram(
                        "vllm:time_to_first_token_seconds",
                        "Seconds from arrival to the first token.",
                        labels,
                        s.timeToFirstToken())
                .histogram(
                        "vllm:inter_token_latency_seconds",
                        "Seconds between tokens.",
                        labels,
                        s.interTokenLatency())
                .histogram(
                        "vllm:time_per_output_token_seconds",
                        "Seconds between tokens, under its older name.",
                        labels,
                        s.interTokenLatency())
                .histogram(
                        "vllm:e2e_request_latency_seconds",
                        "Seconds from arrival to the end.",
                        labels,
                        s.endToEnd())
                .histogram(
                        "vllm:request_queue_time_seconds",
                        "Seconds in the queue.",
                        labels,
                        s.queueTime())
                .histogram(
                        "vllm:request_prefill_time_seconds",
                        "Seconds from first scheduling to the first token.",
                        labels,
                        s.prefillTime())
                .histogram(
                        "vllm:request_decode_time_seconds",
                        "Seconds from the first token to the last.",
                        labels,
                        s.decodeTime())
                .histogram(
                        "vllm:request_prompt_tokens",
                        "Prompt tokens of ended requests.",
                        labels,
                        s.requestPromptTokens())
                .histogram(
                        "vllm:request_generation_tokens",
                        "Generated tokens of ended requests.",
                        labels,
                        s.requestGenerationTokens());
        page.family(
                        "apus:requests_aborted_total",
                        "counter",
                        "Requests given up because nobody wanted the answer.")
                .sample(
                        "apus:requests_aborted_total",
                        labels,
                        s.finished().getOrDefault("abort", 0L))
                .family("apus:engine_steps_total", "counter", "Steps of the model.")
                .sample("apus:engine_steps_total", labels, s.steps());
    }

    private void http(PrometheusText page) {
        page.family(
                "apus:http_requests_total",
                "counter",
                "Requests answered, by route and status; 499 if the client left.");
        counts.snapshot()
                .forEach((key, count) ->
                        page.sample(
                                "apus:http_requests_total",
                                Map.of(
                                        "route",
                                        key.route(),
                                        "status",
                                        Integer.toString(key.status())),
                                count));
    }

    private static void jvm(PrometheusText page) {
        MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        Map<String, String> area = Map.of("area", "heap");
        page.family("jvm_memory_used_bytes", "gauge", "Memory in use.")
                .sample("jvm_memory_used_bytes", area, heap.getUsed())
                .family("jvm_memory_max_bytes", "gauge", "Memory that may be used.")
                .sample("jvm_memory_max_bytes", area, heap.getMax())
                .family("jvm_threads_current", "gauge", "Live platform threads.")
                .sample(
                        "jvm_threads_current",
                        Map.of(),
                        ManagementFactory.getThreadMXBean().getThreadCount())
                .family("jvm_gc_collection_seconds", "summary", "Time in garbage collection.");
        for (GarbageCollectorMXBean gc : ManagementFactory.getGarbageCollectorMXBeans()) {
            Map<String, String> name = Map.of("gc", gc.getName());
            page.sample("jvm_gc_collection_seconds_count", name, gc.getCollectionCount());
            page.sample("jvm_gc_collection_seconds_sum", name, gc.getCollectionTime() / 1000.0);
        }
        page.family("process_start_time_seconds", "gauge", "Start, in Unix seconds.")
                .sample(
                        "process_start_time_seconds",
                        Map.of(),
                        ManagementFactory.getRuntimeMXBean().getStartTime() / 1000.0);
        OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();
        if (system instanceof com.sun.management.OperatingSystemMXBean process) {
            page.family("process_cpu_seconds_total", "counter", "Processor time used.")
                    .sample(
                            "process_cpu_seconds_total",
                            Map.of(),
                            process.getProcessCpuTime() / 1e9);
        }
    }
}
