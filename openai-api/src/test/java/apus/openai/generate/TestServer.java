package apus.openai.generate;

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
import com.fasterxml.jackson.databind.ObjectMapper;
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

/** A real server on a free port of this machine, and a plain HTTP client for it. */
final class TestServer implements AutoCloseable {
    static final String CHAT = "/v1/chat/completions";
    static final String COMPLETION = "/v1/completions";

    private static final ObjectMapper JSON = new JsonMapper();
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    // Held, or the level is forgotten with the logger.
    private static final Logger HELIDON = Logger.getLogger("io.helidon");

    static {
        HELIDON.setLevel(Level.WARNING);
    }

    /** An answer with its body as JSON. */
    record Reply(HttpResponse<String> response, JsonNode body) {
        int status() {
            return response.statusCode();
        }

        String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }
    }

    final Engine engine;
    final ServedModel model = new ServedModel();
    private final ApiServer server;
    private final HttpClient http = HttpClient.newHttpClient();

    private TestServer(Path dir, ApiSettings api, HttpSettings settings, EngineOptions options) {
        engine = Engine.open(dir, options);
        model.ready(engine);
        server = ApiServer.start(settings, api, model);
    }

    static EngineOptions engineOptions() {
        return EngineOptions.builder().kernels("scalar").kvCacheBytes(64 << 20).build();
    }

    static HttpSettings httpSettings() {
        return HttpSettings.builder().port(0).shutdownGrace(Duration.ofSeconds(10)).build();
    }

    static ApiSettings apiSettings() {
        return ApiSettings.builder().servedNames(List.of("org/demo-1", "demo:latest")).build();
    }

    /** The demo model. */
    static TestServer demo() {
        return demo(b -> b);
    }

    /** The demo model with other settings. */
    static TestServer demo(UnaryOperator<ApiSettings.Builder> change) {
        return new TestServer(
                demoModel(),
                change.apply(apiSettings().change()).build(),
                httpSettings(),
                engineOptions());
    }

    /** The demo model with other settings of all kinds. */
    static TestServer demo(ApiSettings api, HttpSettings http, EngineOptions options) {
        return new TestServer(demoModel(), api, http, options);
    }

    /** A tiny model with random weights. */
    static TestServer golden(String name) {
        return new TestServer(
                Path.of(System.getProperty("apus.testdata"), "models", name),
                apiSettings(),
                httpSettings(),
                engineOptions());
    }

    static Path demoModel() {
        return Path.of(System.getProperty("apus.demoModel"));
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + server.port() + path);
    }

    int port() {
        return server.port();
    }

    HttpResponse<String> send(HttpRequest request) {
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(uri(path)).timeout(TIMEOUT);
    }

    /**
     * POST.
     *
     * @param json with {@code '} for {@code "}
     */
    Reply post(String path, String json) {
        return postExact(path, json.replace('\'', '"'));
    }

    /** POST of exactly this body. */
    Reply postExact(String path, String json) {
        HttpResponse<String> response =
                send(
                        request(path)
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString(json))
                                .build());
        return new Reply(response, parse(response.body()));
    }

    /** POST that must give 200. */
    JsonNode ok(String path, String json) {
        Reply reply = post(path, json);
        assertEquals(200, reply.status(), reply.response().body());
        return reply.body();
    }

    /** POST that must give 400 naming this field, with a whole error object. */
    JsonNode refused(String path, String json, String param) {
        Reply reply = post(path, json);
        assertEquals(400, reply.status(), json + " gave " + reply.response().body());
        JsonNode error = reply.body().get("error");
        for (String key : List.of("message", "type", "param", "code")) {
            assertTrue(error.has(key), key);
        }
        assertEquals("invalid_request_error", error.get("type").textValue());
        assertTrue(error.get("code").isTextual(), error.toString());
        assertEquals(param, error.get("param").textValue(), error.toString());
        assertTrue(error.get("message").textValue().length() < 400, error.toString());
        return error;
    }

    /** The chunks of a stream, which must be framed as the contract says. */
    List<JsonNode> stream(String path, String json) {
        HttpResponse<String> response =
                send(
                        request(path)
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString(json.replace('\'', '"')))
                                .build());
        assertEquals(200, response.statusCode(), response.body());
        assertEquals(
                "text/event-stream; charset=utf-8",
                response.headers().firstValue("content-type").orElse(""));
        String body = response.body();
        assertTrue(body.endsWith("data: [DONE]\n\n"), body);
        List<JsonNode> chunks = new ArrayList<>();
        for (String event : body.split("\n\n", -1)) {
            if (event.isEmpty() || event.equals(": keep-alive")) {
                continue;
            }
            assertTrue(event.startsWith("data: "), event);
            assertEquals(-1, event.indexOf('\n'), event);
            if (!event.equals("data: [DONE]")) {
                chunks.add(parse(event.substring("data: ".length())));
            }
        }
        return chunks;
    }

    /** POST of a chat with one user message and further members. */
    JsonNode chat(String user, String members) {
        return ok(CHAT, chatBody(user, members));
    }

    static String chatBody(String user, String members) {
        return "{'messages': [{'role': 'user', 'content': '" + user + "'}]" + more(members) + "}";
    }

    JsonNode complete(String prompt, String members) {
        return ok(COMPLETION, completionBody(prompt, members));
    }

    static String completionBody(String prompt, String members) {
        return "{'prompt': '" + prompt + "'" + more(members) + "}";
    }

    private static String more(String members) {
        return members.isEmpty() ? "" : ", " + members;
    }

    /** Text of the first choice of a chat. */
    static String content(JsonNode chat) {
        return chat.at("/choices/0/message/content").textValue();
    }

    /** Text of the first choice of a completion. */
    static String text(JsonNode completion) {
        return completion.at("/choices/0/text").textValue();
    }

    static int completionTokens(JsonNode answer) {
        return answer.at("/usage/completion_tokens").intValue();
    }

    static int promptTokens(JsonNode answer) {
        return answer.at("/usage/prompt_tokens").intValue();
    }

    /** Members of all elements of a list. */
    static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>();
        list.forEach(e -> texts.add(e.isTextual() ? e.textValue() : e.toString()));
        return texts;
    }

    int[] tokens(String text) {
        return engine.tokenizer().encode(text, false);
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
        http.close();
        server.close();
        engine.close();
    }
}
