package apus.openai.http;

import apus.openai.ApiSettings;
import apus.openai.HttpSettings;
import apus.openai.ServedModel;
import apus.runtime.Engine;
import apus.runtime.EngineOptions;
import io.helidon.webserver.http.Handler;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Servers for tests: on a free port, with short times where a test would wait for them. */
final class Servers {
    /** A route of {@link #withHandler}. */
    static final String PATH = "/v1/test";

    // Held, or the level is forgotten with the logger.
    private static final Logger HELIDON = Logger.getLogger("io.helidon");

    static {
        HELIDON.setLevel(Level.WARNING);
    }

    private Servers() {}

    static HttpSettings settings() {
        return HttpSettings.builder().port(0).shutdownGrace(Duration.ofSeconds(10)).build();
    }

    static ApiSettings api() {
        return ApiSettings.builder().servedNames(List.of("org/demo-1", "demo:latest")).build();
    }

    static Engine demoEngine() {
        return Engine.open(
                Path.of(System.getProperty("apus.demoModel")),
                EngineOptions.builder().kernels("scalar").threads(1).build());
    }

    /** The real routes, with a model that never finishes loading. */
    static ApiServer loading(HttpSettings settings) {
        return ApiServer.start(settings, api(), new ServedModel());
    }

    static ApiServer serving(HttpSettings settings, Engine engine) {
        ServedModel model = new ServedModel();
        model.ready(engine);
        return ApiServer.start(settings, api(), model);
    }

    /** The real routes and POST {@link #PATH}. */
    static ApiServer withHandler(HttpSettings settings, ServedModel model, Handler handler) {
        return withHandler(settings, model, new BodyBudget(1 << 30), handler);
    }

    static ApiServer withHandler(
            HttpSettings settings, ServedModel model, BodyBudget bodies, Handler handler) {
        HttpCounts counts = new HttpCounts();
        List<Route> routes = new ArrayList<>(Routes.all(settings, api(), model, counts));
        routes.add(new Route(PATH, List.of("POST"), Route.Access.KEY, true, handler));
        return ApiServer.start(settings, model, counts, bodies, routes);
    }
}
