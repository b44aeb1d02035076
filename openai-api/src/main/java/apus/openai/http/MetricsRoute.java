package apus.openai.http;

import apus.openai.ApiSettings;
import apus.openai.ServedModel;
import apus.runtime.Engine;
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
 * What the engine, the server and the virtual machine have done, for Prometheus. Before the model
 * is open there are no engine families.
 */
final class MetricsRoute implements Handler {
    private final ServedModel model;
    private final String modelName;
    private final HttpCounts counts;

    MetricsRoute(ServedModel model, ApiSettings api, HttpCounts counts) {
        this.model = model;
        this.modelName = api.servedNames().getFirst();
        this.counts = counts;
    }

    @Override
    public void handle(ServerRequest request, ServerResponse response) {
        PrometheusText page = new PrometheusText();
        model.opened().ifPresent(engine -> engine(page, engine));
        http(page);
        jvm(page);
        JsonAnswer.send(
                request,
                response,
                Status.OK_200,
                PrometheusText.CONTENT_TYPE,
                page.text().getBytes(StandardCharsets.UTF_8));
    }

    private void engine(PrometheusText page, Engine engine) {
        EngineFamilies families = new EngineFamilies(page, modelName);
        families.add(engine.stats());
        families.addCache(engine.model(), engine.options().prefixCaching());
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
