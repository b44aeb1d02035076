package apus.openai.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.openai.ApiException;
import apus.openai.HttpSettings;
import apus.openai.ServedModel;
import apus.openai.http.RawClient.Reply;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bad, oversized, slow and too many requests: each gets its error, and the server lives on. */
final class LimitsTest {
    private static final int MAX_BODY = 10_000;
    private static final String POST = "POST " + Servers.PATH + " HTTP/1.1\r\nHost: localhost\r\n";
    private static final String CHUNKED = POST + "Transfer-Encoding: chunked\r\n\r\n";

    private static final HttpSettings SETTINGS =
            Servers.settings()
                    .change()
                    .maxBodyBytes(MAX_BODY)
                    .bodyTimeout(Duration.ofMillis(400))
                    .idleTimeout(Duration.ofSeconds(60))
                    .build();

    private static ApiServer server;

    @BeforeAll
    static void start() {
        server =
                Servers.withHandler(
                        SETTINGS,
                        new ServedModel(),
                        (request, response) -> {
                            ObjectNode body = JsonBody.read(request, SETTINGS);
                            JsonAnswer.send(request, response, body);
                        });
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static void assertLives() throws IOException {
        assertEquals(200, RawClient.get(server, "/version").status());
    }

    private static String json(int bytes) {
        return "{\"a\":\"" + "x".repeat(bytes - 8) + "\"}";
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{", "{]", "nul", "{\"a\":1}}", "{\"a\":NaN}", "{\"a\":1,\"a\":2}", "  "})
    void check147_brokenJsonIs400(String body) throws IOException {
        Reply reply = RawClient.post(server, Servers.PATH, body);
        assertEquals(400, reply.status());
        assertEquals("invalid_json", reply.code());
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "\"x\"", "1", "true", "null"})
    void check147_jsonThatIsNoObjectIs400(String body) throws IOException {
        Reply reply = RawClient.post(server, Servers.PATH, body);
        assertEquals(400, reply.status());
        assertEquals("invalid_type", reply.code());
    }

    @Test
    void aMissingBodyIs400() throws IOException {
        Reply reply = RawClient.post(server, Servers.PATH, "");
        assertEquals(400, reply.status());
        assertEquals("invalid_json", reply.code());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/plain",
                "application/x-www-form-urlencoded",
                "multipart/form-data; boundary=x",
                "application/jsonx",
                "application/json; charset=iso-8859-1",
                ";",
                "x"
            })
    void check148_anotherContentTypeIs415(String type) throws IOException {
        Reply reply = RawClient.post(server, Servers.PATH, "{}", "Content-Type: " + type);
        assertEquals(415, reply.status());
        assertEquals("unsupported_media_type", reply.code());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json",
                "Application/JSON",
                "application/json;charset=utf-8",
                "application/json; charset=\"UTF-8\""
            })
    void jsonByAnyOfItsTypesIsAccepted(String type) throws IOException {
        assertEquals(
                200, RawClient.post(server, Servers.PATH, "{}", "Content-Type: " + type).status());
        assertEquals(200, RawClient.post(server, Servers.PATH, "{}").status());
    }

    @Test
    void check149_aBodyAtTheLimitPassesAndOneOverItIs413() throws IOException {
        assertEquals(200, RawClient.post(server, Servers.PATH, json(MAX_BODY)).status());
        Reply reply = RawClient.post(server, Servers.PATH, json(MAX_BODY + 1));
        assertEquals(413, reply.status());
        assertEquals("request_too_large", reply.code());
        assertFalse(reply.header("x-request-id").isEmpty());
        assertLives();
    }

    @Test
    void check149_aSenderOfMuchTooMuchStillReadsItsAnswer() throws IOException {
        // More than socket buffers hold: without care the answer is lost in a reset.
        Reply reply = RawClient.post(server, Servers.PATH, json(20_000_000));
        assertEquals(413, reply.status());
        assertLives();
    }

    @Test
    void check149_aChunkedBodyOverTheLimitIs413() throws IOException {
        for (int chunk : new int[] {MAX_BODY + 1, 1000, 7}) {
            try (RawClient client = RawClient.connect(server)) {
                client.raw(CHUNKED);
                String part = Integer.toHexString(chunk) + "\r\n" + " ".repeat(chunk) + "\r\n";
                for (int sent = 0; sent <= MAX_BODY; sent += chunk) {
                    client.raw(part);
                }
                Reply reply = client.reply();
                assertEquals(413, reply.status());
                assertEquals("request_too_large", reply.code());
                assertEquals("close", reply.header("connection"));
                assertTrue(client.ended());
            }
        }
        assertLives();
    }

    @Test
    void aChunkedBodyWithinTheLimitIsReadAndTheConnectionStays() throws IOException {
        try (RawClient client = RawClient.connect(server)) {
            for (int i = 0; i < 3; i++) {
                client.raw(CHUNKED + "3\r\n{\"a\r\n4\r\n\":1}\r\n0\r\n\r\n");
                Reply reply = client.reply();
                assertEquals(200, reply.status());
                assertEquals("{\"a\":1}", reply.body());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "xyz\r\n{}\r\n0\r\n\r\n",
                "-2\r\n{}\r\n0\r\n\r\n",
                "7fffffff\r\n{}\r\n0\r\n\r\n",
                "ffffffffff\r\n{}\r\n0\r\n\r\n",
                "2\n{}\r\n0\r\n\r\n",
                "2\r\n{}\r\n0\r\nTrailer: x\r\n\r\n"
            })
    void aBrokenChunkIsAnErrorAndClosesTheConnection(String body) throws IOException {
        try (RawClient client = RawClient.connect(server)) {
            Reply reply = client.raw(CHUNKED + body).reply();
            assertTrue(reply.status() == 400 || reply.status() == 413, reply.toString());
            assertTrue(List.of("invalid_http", "request_too_large").contains(reply.code()));
            assertTrue(client.ended());
        }
        assertLives();
    }

    @Test
    void aChunkSizeWithoutEndIsCutOff() throws IOException {
        try (RawClient client = RawClient.connect(server)) {
            client.raw(CHUNKED);
            int status = 0;
            try {
                for (int i = 0; i < 100; i++) {
                    client.raw("0".repeat(10_000));
                }
            } catch (IOException e) {
                // The server may already have closed.
                status = 413;
            }
            if (status == 0) {
                status = client.reply().status();
            }
            assertEquals(413, status);
        }
        assertLives();
    }

    @Test
    void check150_errorBodiesStaySmall() throws IOException {
        HttpSettings wide = Servers.settings();
        try (ApiServer other =
                Servers.withHandler(
                        wide,
                        new ServedModel(),
                        (request, response) -> {
                            String echo = JsonBody.read(request, wide).get("a").asText();
                            throw ApiException.badRequest("invalid_value", echo, echo);
                        })) {
            for (String text : new String[] {"x", "\\u0001", "\\\"", "\u20ac", "\ud83d\ude00"}) {
                String body = "{\"a\":\"" + text.repeat(1_000_000 / text.length()) + "\"}";
                Reply reply = RawClient.post(other, Servers.PATH, body);
                assertEquals(400, reply.status());
                assertTrue(
                        reply.body().getBytes(java.nio.charset.StandardCharsets.UTF_8).length
                                < 4096);
                assertEquals("invalid_value", reply.code());
            }
        }
    }

    @Test
    void bodiesTogetherHaveALimitToo() throws Exception {
        HttpSettings settings = Servers.settings();
        BodyBudget bodies = new BodyBudget(30_000);
        CountDownLatch letGo = new CountDownLatch(1);
        CountDownLatch held = new CountDownLatch(2);
        try (ApiServer other =
                        Servers.withHandler(
                                settings,
                                new ServedModel(),
                                bodies,
                                (request, response) -> {
                                    ObjectNode body = JsonBody.read(request, settings);
                                    held.countDown();
                                    assertTrue(letGo.await(60, TimeUnit.SECONDS));
                                    JsonAnswer.send(request, response, body);
                                });
                RawClient first = RawClient.connect(other);
                RawClient second = RawClient.connect(other)) {
            first.send("POST", Servers.PATH, json(14_000));
            second.send("POST", Servers.PATH, json(14_000));
            assertTrue(held.await(20, TimeUnit.SECONDS));
            Reply refused = RawClient.post(other, Servers.PATH, json(14_000));
            assertEquals(503, refused.status());
            assertEquals("overloaded", refused.code());
            assertFalse(refused.header("retry-after").isEmpty());
            letGo.countDown();
            assertEquals(200, first.reply().status());
            assertEquals(200, second.reply().status());
            assertEquals(200, RawClient.post(other, Servers.PATH, json(14_000)).status());
            long end = System.nanoTime() + 20_000_000_000L;
            while (bodies.used() > 0 && System.nanoTime() < end) {
                Thread.sleep(10);
            }
            assertEquals(0, bodies.used());
        }
    }

    @Test
    void oversizedHeadersAre431() throws IOException {
        Reply reply =
                RawClient.get(
                        server, "/version", "X-Big: " + "a".repeat(SETTINGS.maxHeaderBytes()));
        assertEquals(431, reply.status());
        assertEquals("headers_too_large", reply.code());
        List<String> many = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            many.add("X-" + i + ": " + "b".repeat(10));
        }
        assertEquals(431, RawClient.get(server, "/version", many.toArray(String[]::new)).status());
        assertEquals(431, RawClient.get(server, "/version", "X".repeat(20_000) + ": a").status());
        assertLives();
    }

    @Test
    void anOversizedRequestLineIs414() throws IOException {
        Reply reply = RawClient.get(server, "/" + "a".repeat(9000));
        assertEquals(414, reply.status());
        assertEquals("uri_too_long", reply.code());
        assertLives();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hello\r\n\r\n",
                "GET\r\n\r\n",
                "GET /version\r\n\r\n",
                "GET /version HTTP/2.0\r\n\r\n",
                "GET /version HTTP/1.1\r\n\r\n",
                "GET /version HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                "GET /version HTTP/1.1\r\nHost: localhost\r\nno colon\r\n\r\n",
                "GET /version HTTP/1.1\r\nHost: localhost\r\nA: b\n\r\n",
                "GET /ver\u0001sion HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "POST /v1/test HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
                "POST /v1/test HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
                POST + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n",
                "\u0016\u0003\u0001\u0002\u0000\u0001\r\n\r\n"
            })
    void whatIsNotHttpIs400(String text) throws IOException {
        try (RawClient client = RawClient.connect(server)) {
            Reply reply = client.raw(text).reply();
            assertEquals(400, reply.status(), reply.body());
            assertEquals("invalid_http", reply.code());
            assertFalse(reply.header("x-request-id").isEmpty());
            assertTrue(client.ended());
        }
        assertLives();
    }

    @Test
    void http10Is505() throws IOException {
        try (RawClient client = RawClient.connect(server)) {
            Reply reply = client.raw("GET /version HTTP/1.0\r\n\r\n").reply();
            assertEquals(505, reply.status());
            assertEquals("http_version_not_supported", reply.code());
        }
    }

    @Test
    void aBodyThatDoesNotArriveIs408() throws IOException {
        for (String start :
                new String[] {
                    POST + "Content-Length: 10\r\n\r\n{\"a\"",
                    CHUNKED + "5\r\n{\"a\"",
                    POST + "Content-Le",
                    "POST"
                }) {
            try (RawClient client = RawClient.connect(server)) {
                Reply reply = client.raw(start).reply();
                assertEquals(408, reply.status(), start);
                assertEquals("request_timeout", reply.code());
                assertEquals("timeout_error", reply.json().get("error").get("type").asText());
                assertTrue(client.ended());
            }
        }
        assertLives();
    }

    @Test
    void aTrickleIsNotMistakenForProgress() throws Exception {
        try (RawClient client = RawClient.connect(server)) {
            client.raw(POST + "Content-Length: 5000\r\n\r\n{\"a\":\"");
            long start = System.nanoTime();
            try {
                for (int i = 0; i < 400; i++) {
                    Thread.sleep(50);
                    client.raw("x");
                }
            } catch (IOException e) {
                // Closed, as it should be.
            }
            assertTrue(System.nanoTime() - start < 15_000_000_000L);
        }
        assertLives();
    }

    @Test
    void anIdleConnectionIsClosedWithoutAWord() throws IOException {
        HttpSettings settings =
                Servers.settings().change().idleTimeout(Duration.ofMillis(300)).build();
        try (ApiServer other = Servers.loading(settings);
                RawClient fresh = RawClient.connect(other);
                RawClient used = RawClient.connect(other)) {
            assertEquals(200, used.send("GET", "/version", "").reply().status());
            assertTrue(fresh.ended());
            assertTrue(used.ended());
        }
    }

    @Test
    void connectionsBeyondTheLimitAreTurnedAwayAndThoseBelowAreNot() throws Exception {
        HttpSettings settings = Servers.settings().change().maxConnections(3).build();
        try (ApiServer other = Servers.loading(settings)) {
            List<RawClient> clients = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                RawClient client = RawClient.connect(other);
                clients.add(client);
                assertEquals(200, client.send("GET", "/version", "").reply().status());
            }
            for (int i = 0; i < 3; i++) {
                Reply refused = RawClient.post(other, "/v1/tokenize", json(5000));
                assertEquals(503, refused.status());
                assertEquals("too_many_connections", refused.code());
                assertFalse(refused.header("retry-after").isEmpty());
                assertFalse(refused.header("x-request-id").isEmpty());
            }
            assertEquals(200, clients.getFirst().send("GET", "/version", "").reply().status());
            clients.removeFirst().close();
            long end = System.nanoTime() + 20_000_000_000L;
            int status;
            do {
                status = RawClient.get(other, "/version").status();
            } while (status != 200 && System.nanoTime() < end);
            assertEquals(200, status);
            for (RawClient client : clients) {
                client.close();
            }
        }
    }

    @Test
    void anErrorLeavesTheConnectionUsable() throws IOException {
        try (RawClient client = RawClient.connect(server)) {
            String[] text = {"Content-Type: text/plain"};
            assertEquals(415, client.send("POST", Servers.PATH, json(9000), text).reply().status());
            assertEquals(404, client.send("POST", "/nope", json(9000)).reply().status());
            assertEquals(405, client.send("DELETE", Servers.PATH, "").reply().status());
            assertEquals(405, client.send("PUT", Servers.PATH, json(9000)).reply().status());
            assertEquals(400, client.send("POST", Servers.PATH, "{").reply().status());
            client.raw(CHUNKED.replace(Servers.PATH, "/nope") + "2\r\n{}\r\n0\r\n\r\n");
            assertEquals(404, client.reply().status());
            assertEquals(
                    "{\"a\":1}", client.send("POST", Servers.PATH, "{\"a\":1}").reply().body());
        }
    }

    @Test
    void aRefusedBodyThatIsNotSentIsNotWaitedFor() throws IOException {
        try (RawClient client = RawClient.connect(server)) {
            client.raw(
                    POST.replace(Servers.PATH, "/nope")
                            + "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n");
            Reply reply = client.reply();
            assertEquals(404, reply.status());
            assertEquals("close", reply.header("connection"));
        }
        try (RawClient client = RawClient.connect(server)) {
            client.raw(POST + "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n");
            assertEquals(100, client.head().status());
            assertEquals(200, client.raw("{}").reply().status());
            assertEquals(200, client.send("GET", "/version", "").reply().status());
        }
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrder() throws IOException {
        try (RawClient client = RawClient.connect(server)) {
            StringBuilder all = new StringBuilder();
            for (int i = 0; i < 50; i++) {
                String body = "{\"i\":" + i + "}";
                all.append(POST).append("Content-Length: ").append(body.length());
                all.append("\r\n\r\n").append(body);
            }
            client.raw(all.toString());
            for (int i = 0; i < 50; i++) {
                assertEquals("{\"i\":" + i + "}", client.reply().body());
            }
        }
    }

    @Test
    void aBugIs500WithoutDetails() throws IOException {
        try (ApiServer other =
                Servers.withHandler(
                        Servers.settings(),
                        new ServedModel(),
                        (request, response) -> {
                            throw new IllegalStateException("secret /etc/path");
                        })) {
            Reply reply = RawClient.post(other, Servers.PATH, "{}");
            assertEquals(500, reply.status());
            assertEquals("internal_error", reply.code());
            assertFalse(reply.body().contains("secret"));
            assertFalse(reply.body().contains("IllegalState"));
            assertTrue(
                    RawClient.get(other, "/metrics")
                            .body()
                            .contains(
                                    "apus:http_requests_total{route=\"/v1/test\",status=\"500\"} 1"));
        }
    }

    @Test
    void wholeAnswersTellHowLongTheyTook() throws IOException {
        Reply reply = RawClient.post(server, Servers.PATH, "{}");
        assertTrue(reply.header("openai-processing-ms").matches("[0-9]+"));
    }
}
