package apus.openai.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.openai.ApiSettings;
import apus.openai.HttpSettings;
import apus.openai.ServedModel;
import apus.openai.http.ApiServer;
import apus.runtime.Engine;
import apus.runtime.EngineOptions;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.logging.Level;
import java.util.logging.Logger;

/** A real server on a free port of 127.0.0.1, and raw HTTP to it. */
final class TestApi implements AutoCloseable {
    static final Path DEMO = Path.of(System.getProperty("apus.demoModel"));
    static final String CHAT = "/v1/chat/completions";
    static final String COMPLETIONS = "/v1/completions";

    /** What the engines of these tests have in common. */
    static final EngineOptions ENGINE = EngineOptions.defaults();

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final JsonMapper JSON = new JsonMapper();

    // Held, or the level is forgotten with the logger.
    private static final Logger HELIDON = Logger.getLogger("io.helidon");

    static {
        HELIDON.setLevel(Level.WARNING); // it tells of every start and stop
    }

    private final Engine engine;
    private final ApiServer server;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** An answer. */
    record Reply(int status, HttpResponse<String> response) {
        JsonNode json() {
            return parse(response.body());
        }

        /** The JSON of a success. */
        JsonNode ok() {
            assertEquals(200, status, response.body());
            return json();
        }

        /** Asserts an error body with all its keys. */
        JsonNode error(int wanted, String param) {
            assertEquals(wanted, status, response.body());
            JsonNode error = json().get("error");
            for (String key : List.of("message", "type", "param", "code")) {
                assertTrue(error.has(key), key + " in " + response.body());
            }
            if (!param.isEmpty()) {
                assertEquals(param, error.get("param").asText(), response.body());
            }
            return error;
        }
    }

    private TestApi(Engine engine, ApiServer server) {
        this.engine = engine;
        this.server = server;
    }

    /** The demo model with everything at its default. */
    static TestApi demo() {
        return start(DEMO, b -> b, b -> b, ENGINE);
    }

    static TestApi start(
            Path model,
            UnaryOperator<HttpSettings.Builder> http,
            UnaryOperator<ApiSettings.Builder> api,
            EngineOptions options) {
        Engine engine = Engine.open(model, options);
        ServedModel served = new ServedModel();
        served.ready(engine);
        ApiServer server =
                ApiServer.start(
                        http.apply(HttpSettings.builder().port(0)).build(),
                        api.apply(ApiSettings.builder()).build(),
                        served);
        return new TestApi(engine, server);
    }

    Engine engine() {
        return engine;
    }

    ApiServer server() {
        return server;
    }

    String url() {
        return "http://127.0.0.1:" + server.port();
    }

    Reply post(String path, Body body) {
        return post(path, body.toString());
    }

    Reply post(String path, String json) {
        return send(
                request(path)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(json))
                        .build());
    }

    Reply get(String path) {
        return send(request(path).GET().build());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(url() + path)).timeout(PATIENCE);
    }

    private Reply send(HttpRequest request) {
        try {
            HttpResponse<String> response =
                    client.send(request, HttpResponse.BodyHandlers.ofString());
            return new Reply(response.statusCode(), response);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The events of a stream, [DONE] checked and left out. */
    List<JsonNode> stream(String path, Body body) {
        Reply reply = post(path, body.with("stream", true));
        assertEquals(200, reply.status(), reply.response().body());
        return events(reply.response().body());
    }

    static List<JsonNode> events(String text) {
        List<JsonNode> events = new ArrayList<>();
        String done = "data: [DONE]\n\n";
        assertTrue(text.endsWith(done), text);
        for (String frame :
                (Iterable<String>)
                        text.substring(0, text.length() - done.length()).lines()::iterator) {
            if (!frame.isEmpty() && !frame.startsWith(":")) {
                assertTrue(frame.startsWith("data: "), frame);
                events.add(parse(frame.substring("data: ".length())));
            }
        }
        return events;
    }

    /** Text of one choice of a whole response. */
    static String text(JsonNode response, int index) {
        JsonNode choice = response.get("choices").get(index);
        return choice.has("message")
                ? choice.get("message").get("content").asText()
                : choice.get("text").asText();
    }

    /** Joined text of one choice of a stream. */
    static String text(List<JsonNode> events, int index) {
        StringBuilder text = new StringBuilder();
        for (JsonNode event : events) {
            for (JsonNode choice : event.get("choices")) {
                if (choice.get("index").intValue() == index) {
                    text.append(
                            choice.has("delta")
                                    ? choice.get("delta").path("content").asText("")
                                    : choice.get("text").asText());
                }
            }
        }
        return text.toString();
    }

    static JsonNode parse(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new AssertionError("not JSON: " + json, e);
        }
    }

    @Override
    public void close() {
        server.close();
        engine.close();
    }
}
