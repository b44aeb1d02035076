package apus.openai.http;

import apus.openai.ApiException;
import apus.openai.ApiSettings;
import apus.openai.HttpSettings;
import apus.openai.ServedModel;
import apus.openai.generate.GenerationRoutes;
import apus.openai.http.Route.Access;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.ArrayList;
import java.util.List;

/** Every path there is, with its methods and with whether it needs a key. */
final class Routes {
    private Routes() {}

    static List<Route> all(
            HttpSettings http, ApiSettings api, ServedModel model, HttpCounts counts) {
        HealthRoutes health = new HealthRoutes(model);
        ModelRoutes models = new ModelRoutes(model, api);
        TokenRoutes tokens = new TokenRoutes(model, http, api, models);
        GenerationRoutes generation = new GenerationRoutes(model, http, api);
        MetricsRoute metrics = new MetricsRoute(model, api, counts);
        Access metricsAccess = http.metricsAuth() ? Access.KEY : Access.PUBLIC;
        List<Route> table = new ArrayList<>();

        table.add(get("/v1/models", Access.KEY, models::list));
        table.add(get("/models", Access.KEY, models::list));
        table.add(get("/v1/models/{id}", Access.KEY, models::one));
        table.add(get("/models/{id}", Access.KEY, models::one));
        table.add(get("/health", Access.PUBLIC, health::health));
        table.add(get("/v1/health", Access.PUBLIC, health::health));
        table.add(route("/ping", List.of("GET", "POST"), Access.PUBLIC, health::ping));
        table.add(get("/version", Access.PUBLIC, health::version));
        table.add(get("/metrics", metricsAccess, metrics));
        for (String prefix : List.of("", "/v1")) {
            table.add(post(prefix + "/chat/completions", generation::chat));
            table.add(post(prefix + "/completions", generation::completion));
            table.add(post(prefix + "/tokenize", tokens::tokenize));
            table.add(post(prefix + "/detokenize", tokens::detokenize));
        }
        table.add(post("/apply-template", tokens::applyTemplate));
        for (String path : NOT_OFFERED) {
            table.add(route(path, List.of(), Access.KEY, Routes::notOffered));
        }
        return List.copyOf(table);
    }

    /** Known to clients of other servers; to be told apart from a mistyped path. */
    private static final List<String> NOT_OFFERED =
            List.of(
                    "/embeddings",
                    "/v1/embeddings",
                    "/v1/responses",
                    "/v1/responses/{id}",
                    "/v1/messages",
                    "/v1/messages/{id}",
                    "/v1/files",
                    "/v1/files/{id}",
                    "/v1/batches",
                    "/v1/batches/{id}",
                    "/v1/rerank",
                    "/v1/score",
                    "/v1/audio/{id}",
                    "/v1/images/{id}",
                    "/v1/moderations",
                    "/v1/realtime",
                    "/v1/fine_tuning/{id}",
                    "/v1/load_lora_adapter",
                    "/v1/unload_lora_adapter",
                    "/infill",
                    "/run",
                    "/runsync",
                    "/status/{id}",
                    "/stream/{id}",
                    "/cancel/{id}",
                    "/load",
                    "/props",
                    "/slots",
                    "/server_info");

    private static void notOffered(ServerRequest request, ServerResponse response) {
        throw ApiException.notFound(
                "not_found",
                "This server does not offer %s."
                        .formatted(Text.shortened(request.prologue().uriPath().rawPath())));
    }

    private static Route get(String path, Access access, Handler handler) {
        return new Route(path, List.of("GET"), access, false, handler);
    }

    private static Route post(String path, Handler handler) {
        return new Route(path, List.of("POST"), Access.KEY, true, handler);
    }

    private static Route route(String path, List<String> methods, Access access, Handler handler) {
        return new Route(path, methods, access, false, handler);
    }
}
