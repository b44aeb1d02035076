package apus.openai.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.openai.ServedModel;
import apus.openai.http.RawClient.Reply;
import apus.runtime.Engine;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract's checks of routes, models and health. */
final class RoutesCheckTest {
    private static Engine engine;
    private static ApiServer server;

    @BeforeAll
    static void open() {
        engine = Servers.demoEngine();
        server = Servers.serving(Servers.settings(), engine);
    }

    @AfterAll
    static void close() {
        server.close();
        engine.close();
    }

    @Test
    void check001_modelsListsEveryServedName() throws IOException {
        Reply reply = RawClient.get(server, "/v1/models");
        assertEquals(200, reply.status());
        assertEquals("list", reply.json().get("object").asText());
        JsonNode data = reply.json().get("data");
        assertEquals(2, data.size());
        assertEquals("org/demo-1", data.get(0).get("id").asText());
        assertEquals("demo:latest", data.get(1).get("id").asText());
        for (JsonNode card : data) {
            assertEquals("model", card.get("object").asText());
            assertTrue(card.get("created").isIntegralNumber());
            assertTrue(card.get("owned_by").isTextual());
            assertEquals(engine.model().maxModelLen(), card.get("max_model_len").asInt());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/openai/v1/models",
                "/v2/abc123/openai/v1/models",
                "/models",
                "/v1/models/"
            })
    void check002_everyPrefixListsTheSame(String path) throws IOException {
        assertEquals(
                RawClient.get(server, "/v1/models").json(), RawClient.get(server, path).json());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/models/org/demo-1",
                "/openai/v1/models/org/demo-1",
                "/v2/x/openai/v1/models/org/demo-1",
                "/models/org/demo-1"
            })
    void check003_aModelIsFoundByARawSlash(String path) throws IOException {
        Reply reply = RawClient.get(server, path);
        assertEquals(200, reply.status());
        assertEquals(RawClient.get(server, "/v1/models").json().get("data").get(0), reply.json());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/models/org%2Fdemo-1",
                "/v1/models/org%2fdemo-1",
                "/v1/models/demo:latest",
                "/v1/models/demo%3Alatest"
            })
    void check004_aModelIsFoundByAnEscapedName(String path) throws IOException {
        assertEquals(200, RawClient.get(server, path).status());
    }

    @Test
    void check005_anUnknownModelIsNotFound() throws IOException {
        Reply reply = RawClient.get(server, "/v1/models/nope");
        assertEquals(404, reply.status());
        assertEquals("model_not_found", reply.code());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/health", "/v1/health", "/openai/v1/health"})
    void check006_healthIsOk(String path) throws IOException {
        Reply reply = RawClient.get(server, path);
        assertEquals(200, reply.status());
        assertEquals("ok", reply.json().get("status").asText());
    }

    @Test
    void check007_pingAndVersionAnswer() throws IOException {
        assertEquals(200, RawClient.get(server, "/ping").status());
        assertEquals(200, RawClient.post(server, "/ping", "{}").status());
        String version = RawClient.get(server, "/version").json().get("version").asText();
        assertTrue(version.matches("[0-9]+\\.[0-9]+\\..*"), version);
    }

    private static final String CHAT =
            "{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"temperature\":0,\"max_tokens\":4}";
    private static final String COMPLETION =
            "{\"prompt\":\"Once\",\"temperature\":0,\"max_tokens\":4}";

    private static Reply ok(Reply reply) {
        assertEquals(200, reply.status(), reply.body());
        return reply;
    }

    private static long generated() throws IOException {
        String name = "vllm:generation_tokens_total{engine=\"0\",model_name=\"org/demo-1\"} ";
        return RawClient.get(server, "/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> Long.parseLong(line.substring(name.length())))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void check008_metricsCountGeneratedTokens() throws IOException {
        Reply reply = RawClient.get(server, "/metrics");
        assertEquals(200, reply.status());
        assertEquals(PrometheusText.CONTENT_TYPE, reply.header("content-type"));
        long before = generated();
        JsonNode usage =
                ok(RawClient.post(server, "/v1/completions", COMPLETION)).json().get("usage");
        assertEquals(before + usage.get("completion_tokens").asLong(), generated());
    }

    @Test
    void metricsTellTheShapeOfTheCache() throws IOException {
        String line =
                RawClient.get(server, "/metrics")
                        .body()
                        .lines()
                        .filter(l -> l.startsWith("vllm:cache_config_info{"))
                        .findFirst()
                        .orElseThrow();
        assertEquals(
                "vllm:cache_config_info{block_size=\"%d\",cache_dtype=\"auto\",enable_prefix_caching=\"True\",engine=\"0\",kv_cache_memory_bytes=\"%d\",num_gpu_blocks=\"%d\"} 1"
                        .formatted(
                                engine.model().blockSize(),
                                engine.model().kvCacheBytes(),
                                engine.model().kvBlocks()),
                line);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/chat/completions",
                "/chat/completions",
                "/openai/v1/completions",
                "/v1/tokenize"
            })
    void check009_getOnChatIs405WithAllow(String path) throws IOException {
        Reply reply = RawClient.get(server, path);
        assertEquals(405, reply.status());
        assertEquals("POST", reply.header("allow"));
        assertEquals("method_not_allowed", reply.code());
        assertEquals("GET, HEAD", RawClient.post(server, "/v1/models", "{}").header("allow"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/nope",
                "/",
                "/v1",
                "/v1/",
                "/V1/models",
                "/v1//models",
                "/v1/../v1/models",
                "/v2/a/b/openai/v1/models",
                "/openai/models",
                "/openai/health",
                "/openai/openai/v1/models",
                "/v1/audio/speech",
                "/v1/embeddings",
                "/embeddings",
                "/v1/responses/abc/cancel",
                "/v1/models%00"
            })
    void check010_anUnknownPathIs404WithJson(String path) throws IOException {
        Reply reply = RawClient.post(server, path, "{}");
        assertEquals(404, reply.status(), reply.body());
        assertEquals("not_found", reply.code());
    }

    @Test
    void aPathThatIsNoUriIs400() throws IOException {
        Reply reply = RawClient.get(server, "/v1/models/%zz");
        assertEquals(400, reply.status());
        assertEquals("invalid_http", reply.code());
    }

    @Test
    void check011_aTrailingSlashIsIgnored() throws IOException {
        ok(RawClient.post(server, "/v1/chat/completions/", CHAT));
        ok(RawClient.post(server, "/v1/tokenize/", "{\"prompt\":\"x\"}"));
        assertEquals(404, RawClient.post(server, "/v1/chat/completions//", CHAT).status());
    }

    private static JsonNode withoutIdsAndTimes(Reply reply) {
        ObjectNode body = (ObjectNode) ok(reply).json();
        body.remove(List.of("id", "created", "timings"));
        return body;
    }

    @ParameterizedTest
    @ValueSource(strings = {"/openai/v1", "/v2/abc123/openai/v1", ""})
    void check012_everyPrefixAnswersTheSame(String prefix) throws IOException {
        assertEquals(
                withoutIdsAndTimes(RawClient.post(server, "/v1/chat/completions", CHAT)),
                withoutIdsAndTimes(RawClient.post(server, prefix + "/chat/completions", CHAT)));
        assertEquals(
                withoutIdsAndTimes(RawClient.post(server, "/v1/completions", COMPLETION)),
                withoutIdsAndTimes(RawClient.post(server, prefix + "/completions", COMPLETION)));
    }

    @Test
    void check012_anotherEndpointIdIsNotFoundIfOneIsSet() throws IOException {
        try (ApiServer other =
                Servers.serving(
                        Servers.settings().change().endpointId(Optional.of("abc")).build(),
                        engine)) {
            assertEquals(200, RawClient.get(other, "/v2/abc/openai/v1/models").status());
            assertEquals(404, RawClient.get(other, "/v2/abd/openai/v1/models").status());
            assertEquals(200, RawClient.get(other, "/openai/v1/models").status());
        }
    }

    @Test
    void check013_onlyServedNamesWork() throws IOException {
        String named = CHAT.replace("{\"messages\"", "{\"model\":\"demo:latest\",\"messages\"");
        assertEquals(
                "demo:latest",
                ok(RawClient.post(server, "/v1/chat/completions", named))
                        .json()
                        .get("model")
                        .asText());
        String folder = named.replace("demo:latest", "apus-demo");
        Reply reply = RawClient.post(server, "/v1/chat/completions", folder);
        assertEquals(404, reply.status());
        assertEquals("model_not_found", reply.code());
    }

    @Test
    void check014_withoutAModelTheFirstNameAnswers() throws IOException {
        for (String path : List.of("/v1/chat/completions", "/v1/completions")) {
            String body = path.contains("chat") ? CHAT : COMPLETION;
            Reply reply = ok(RawClient.post(server, path, body));
            assertEquals("org/demo-1", reply.json().get("model").asText());
        }
    }

    @Test
    void anAnswersIdEndsWithTheRequestsId() throws IOException {
        Reply chat = ok(RawClient.post(server, "/v1/chat/completions", CHAT));
        assertEquals("chatcmpl-" + chat.header("x-request-id"), chat.json().get("id").asText());
        Reply sent =
                ok(RawClient.post(server, "/v1/completions", COMPLETION, "X-Request-Id: abc-1"));
        assertEquals("cmpl-abc-1", sent.json().get("id").asText());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/chat/completions", "/v1/completions", "/tokenize"})
    void check015_anotherModelsNameIs404(String path) throws IOException {
        String fields = path.contains("chat") ? "\"messages\":\"Hi\"" : "\"prompt\":\"a\"";
        for (String stream : List.of("", ",\"stream\":true")) {
            String body = "{" + fields + ",\"model\":\"other\"" + stream + "}";
            Reply reply = RawClient.post(server, path, body);
            assertEquals(404, reply.status(), reply.body());
            assertEquals("model_not_found", reply.code());
            assertEquals("invalid_request_error", reply.json().get("error").get("type").asText());
        }
    }

    @Test
    void check016_everyAnswerHasItsId() throws IOException {
        Reply a = RawClient.get(server, "/health");
        Reply b = RawClient.get(server, "/nope");
        assertFalse(a.header("x-request-id").isEmpty());
        assertFalse(b.header("x-request-id").isEmpty());
        assertNotEquals(a.header("x-request-id"), b.header("x-request-id"));
        for (String path : List.of("/health", "/v1/models", "/nope")) {
            assertEquals(
                    "abc-1",
                    RawClient.get(server, path, "X-Request-Id: abc-1").header("x-request-id"));
        }
        String sent = "a b\u00e9";
        assertNotEquals(
                sent,
                RawClient.get(server, "/health", "X-Request-Id: " + sent).header("x-request-id"));
    }

    @Test
    void headGivesTheHeadersOfGetWithoutItsBody() throws IOException {
        try (RawClient client = RawClient.connect(server)) {
            Reply head = client.send("HEAD", "/health", "").head();
            assertEquals(200, head.status());
            // The next answer follows at once: there was no body in between.
            Reply get = client.send("GET", "/health", "").reply();
            assertEquals(200, get.status());
            assertEquals(head.header("content-length"), get.header("content-length"));
            assertEquals(404, client.send("HEAD", "/nope", "").head().status());
            assertEquals(200, client.send("GET", "/health", "").reply().status());
        }
    }

    @Test
    void healthIsRedAfterTheServerWasToldToStop() throws IOException {
        ServedModel model = new ServedModel();
        model.ready(engine);
        try (ApiServer other = ApiServer.start(Servers.settings(), Servers.api(), model)) {
            model.stop();
            Reply reply = RawClient.get(other, "/health");
            assertEquals(503, reply.status());
            assertEquals("shutting_down", reply.code());
            assertEquals("close", reply.header("connection"));
            assertEquals(503, RawClient.get(other, "/ping").status());
            assertEquals("shutting_down", RawClient.get(other, "/v1/models").code());
        }
    }

    @Test
    void check156_duringLoadHealthIs503AndPing204() throws IOException {
        try (ApiServer other = Servers.loading(Servers.settings())) {
            Reply health = RawClient.get(other, "/health");
            assertEquals(503, health.status());
            assertEquals("model_loading", health.code());
            assertFalse(health.header("retry-after").isEmpty());
            assertEquals(204, RawClient.get(other, "/ping").status());
            assertEquals("model_loading", RawClient.get(other, "/v1/models").code());
            for (String path : List.of("/v1/chat/completions", "/v1/completions", "/v1/tokenize")) {
                String body = path.contains("chat") ? CHAT : COMPLETION;
                Reply work = RawClient.post(other, path, body);
                assertEquals(503, work.status(), path);
                assertEquals("model_loading", work.code(), path);
                assertEquals("server_error", work.json().get("error").get("type").asText());
                assertFalse(work.header("retry-after").isEmpty(), path);
            }
            assertEquals(200, RawClient.get(other, "/metrics").status());
            assertEquals(200, RawClient.get(other, "/version").status());
        }
    }

    @Test
    void check160_detokenizeUndoesTokenize() throws IOException {
        String text = "h\u00e9llo \ud83c\udf0d\n";
        String body =
                Json.MAPPER
                        .createObjectNode()
                        .put("prompt", text)
                        .put("add_special_tokens", false)
                        .toString();
        Reply tokens = RawClient.post(server, "/tokenize", body);
        assertEquals(200, tokens.status(), tokens.body());
        assertEquals(tokens.json().get("tokens").size(), tokens.json().get("count").asInt());
        assertEquals(engine.model().maxModelLen(), tokens.json().get("max_model_len").asInt());
        JsonNode request =
                Json.MAPPER.createObjectNode().set("tokens", tokens.json().get("tokens"));
        Reply back = RawClient.post(server, "/v1/detokenize", request.toString());
        assertEquals(text, back.json().get("prompt").asText());
        assertEquals(text, back.json().get("content").asText());
        Reply decimal = RawClient.post(server, "/detokenize", "{\"tokens\": [5.0, 6]}");
        assertEquals(200, decimal.status(), "5.0 is an integer in JSON");
        assertEquals(400, RawClient.post(server, "/detokenize", "{\"tokens\": [5.5]}").status());
    }
}
