package apus.openai.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.openai.ApiException;
import apus.openai.HttpSettings;
import apus.openai.ServedModel;
import apus.openai.http.RawClient.Reply;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.helidon.webserver.http.Handler;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Server-sent events on the wire. */
final class EventStreamTest {
    private static final HttpSettings SETTINGS = Servers.settings();

    private static ApiServer serve(HttpSettings settings, Handler handler) {
        return Servers.withHandler(settings, new ServedModel(), handler);
    }

    private static ObjectNode event(String text) {
        return JsonNodeFactory.instance.objectNode().put("t", text);
    }

    @Test
    void check124_eventsAreFramedAndEndWithDone() throws Exception {
        try (ApiServer server =
                        serve(
                                SETTINGS,
                                (request, response) -> {
                                    EventStream stream =
                                            EventStream.open(request, response, SETTINGS);
                                    stream.data(event("a\nb\u2028\ud83d\ude00"));
                                    stream.data(event("c"));
                                    stream.done();
                                });
                RawClient client = RawClient.connect(server)) {
            // What the OpenAI clients send, streams or not.
            Reply reply =
                    client.send("POST", Servers.PATH, "{}", "Accept: application/json").reply();
            assertEquals(200, reply.status());
            assertEquals("text/event-stream; charset=utf-8", reply.header("content-type"));
            assertEquals("no-cache", reply.header("cache-control"));
            assertEquals("no", reply.header("x-accel-buffering"));
            assertEquals("", reply.header("content-encoding"));
            assertEquals(
                    List.of(
                            "data: {\"t\":\"a\\nb\u2028\ud83d\ude00\"}",
                            "data: {\"t\":\"c\"}",
                            "data: [DONE]",
                            ""),
                    List.of(reply.body().split("\n\n", -1)));
            assertEquals(200, client.send("GET", "/version", "").reply().status());
        }
    }

    @Test
    void eachEventIsSentWhenItIsWritten() throws Exception {
        CountDownLatch seen = new CountDownLatch(1);
        try (ApiServer server =
                        serve(
                                SETTINGS,
                                (request, response) -> {
                                    EventStream stream =
                                            EventStream.open(request, response, SETTINGS);
                                    stream.data(event("a"));
                                    assertTrue(seen.await(60, TimeUnit.SECONDS));
                                    stream.data(event("b"));
                                    stream.done();
                                });
                RawClient client = RawClient.connect(server)) {
            assertEquals(200, client.send("POST", Servers.PATH, "{}").head().status());
            assertEquals("data: {\"t\":\"a\"}\n\n", text(client.chunk()));
            seen.countDown();
            assertEquals("data: {\"t\":\"b\"}\n\n", text(client.chunk()));
            assertEquals("data: [DONE]\n\n", text(client.chunk()));
            assertEquals(0, client.chunk().length);
        }
    }

    private static String text(byte[] chunk) {
        return new String(chunk, StandardCharsets.UTF_8);
    }

    @Test
    void silenceIsFilledWithComments() throws Exception {
        HttpSettings settings = SETTINGS.change().ssePing(Duration.ofMillis(100)).build();
        CountDownLatch heard = new CountDownLatch(1);
        try (ApiServer server =
                        serve(
                                settings,
                                (request, response) -> {
                                    EventStream stream =
                                            EventStream.open(request, response, settings);
                                    assertTrue(heard.await(60, TimeUnit.SECONDS));
                                    stream.data(event("a"));
                                    stream.done();
                                });
                RawClient client = RawClient.connect(server)) {
            client.send("POST", Servers.PATH, "{}").head();
            for (int i = 0; i < 3; i++) {
                assertEquals(": keep-alive\n\n", text(client.chunk()));
            }
            heard.countDown();
            String last = text(client.chunk());
            while (last.equals(": keep-alive\n\n")) {
                last = text(client.chunk());
            }
            assertEquals("data: {\"t\":\"a\"}\n\n", last);
        }
    }

    @Test
    void aFailureInMidStreamIsAnEventThenDone() throws Exception {
        try (ApiServer server =
                serve(
                        SETTINGS,
                        (request, response) -> {
                            EventStream stream = EventStream.open(request, response, SETTINGS);
                            stream.data(event("a"));
                            stream.error(ApiException.internal());
                        })) {
            Reply reply = RawClient.post(server, Servers.PATH, "{}");
            String[] events = reply.body().split("\n\n", -1);
            assertEquals(4, events.length);
            assertTrue(events[1].startsWith("data: {\"error\":{\"message\":"), events[1]);
            assertEquals("data: [DONE]", events[2]);
        }
    }

    @Test
    void check141_aFailureBeforeTheFirstEventIsAPlainError() throws Exception {
        try (ApiServer server =
                serve(
                        SETTINGS,
                        (request, response) -> {
                            try (EventStream _ = EventStream.open(request, response, SETTINGS)) {
                                throw ApiException.badRequest("invalid_value", "n", "no");
                            }
                        })) {
            Reply reply = RawClient.post(server, Servers.PATH, "{}");
            assertEquals(400, reply.status());
            assertEquals("invalid_value", reply.code());
        }
    }

    @Test
    void aVanishedClientEndsTheStreamAtAWrite() throws Exception {
        CompletableFuture<Boolean> ended = new CompletableFuture<>();
        CountDownLatch left = new CountDownLatch(1);
        try (ApiServer server =
                serve(
                        SETTINGS,
                        (request, response) -> {
                            EventStream stream = EventStream.open(request, response, SETTINGS);
                            stream.data(event("a"));
                            assertTrue(left.await(60, TimeUnit.SECONDS));
                            try {
                                for (int i = 0; i < 1000; i++) {
                                    stream.data(event("b"));
                                    Thread.sleep(10);
                                }
                                ended.complete(false);
                            } catch (ClientGoneException e) {
                                ended.complete(true);
                                throw e;
                            } finally {
                                stream.close();
                            }
                        })) {
            RawClient client = RawClient.connect(server);
            client.send("POST", Servers.PATH, "{}").head();
            assertEquals("data: {\"t\":\"a\"}\n\n", text(client.chunk()));
            client.reset();
            left.countDown();
            assertTrue(ended.get(20, TimeUnit.SECONDS));
        }
    }

    @Test
    void aReaderThatReadsNothingIsCutOffInTheEnd() throws Exception {
        HttpSettings settings = SETTINGS.change().idleTimeout(Duration.ofMillis(400)).build();
        CompletableFuture<Boolean> cut = new CompletableFuture<>();
        String big = "x".repeat(1 << 20);
        try (ApiServer server =
                        serve(
                                settings,
                                (request, response) -> {
                                    EventStream stream =
                                            EventStream.open(request, response, settings);
                                    try {
                                        for (int i = 0; i < 1000; i++) {
                                            stream.data(event(big));
                                        }
                                        cut.complete(false);
                                    } catch (ClientGoneException e) {
                                        cut.complete(true);
                                        throw e;
                                    } finally {
                                        stream.close();
                                    }
                                });
                RawClient client = RawClient.connect(server)) {
            client.send("POST", Servers.PATH, "{}");
            assertTrue(cut.get(20, TimeUnit.SECONDS));
        }
    }

    @Test
    void check159_aStreamRunsToItsEndWhileTheServerStops() throws Exception {
        CountDownLatch stopping = new CountDownLatch(1);
        ServedModel model = new ServedModel();
        ApiServer server =
                Servers.withHandler(
                        SETTINGS,
                        model,
                        (request, response) -> {
                            EventStream stream = EventStream.open(request, response, SETTINGS);
                            stream.data(event("a"));
                            assertTrue(stopping.await(60, TimeUnit.SECONDS));
                            stream.data(event("b"));
                            stream.done();
                        });
        try (RawClient client = RawClient.connect(server)) {
            client.send("POST", Servers.PATH, "{}").head();
            assertEquals("data: {\"t\":\"a\"}\n\n", text(client.chunk()));
            Thread stopper = Thread.ofVirtual().start(server::close);
            while (model.status() != ServedModel.Status.SHUTTING_DOWN) {
                Thread.sleep(10);
            }
            stopping.countDown();
            assertEquals("data: {\"t\":\"b\"}\n\n", text(client.chunk()));
            assertEquals("data: [DONE]\n\n", text(client.chunk()));
            assertEquals(0, client.chunk().length);
            assertTrue(stopper.join(Duration.ofSeconds(20)));
        } finally {
            server.close();
        }
    }

    @Test
    void ignoredParametersAreNamedInAHeader() throws Exception {
        try (ApiServer server =
                serve(
                        SETTINGS,
                        (request, response) -> {
                            JsonAnswer.ignored(
                                    response, List.of("foo", "b\r\nSet-Cookie: a", "\u00e9", "x"));
                            JsonAnswer.send(request, response, event("a"));
                        })) {
            Reply reply = RawClient.post(server, Servers.PATH, "{}");
            assertEquals("foo, b??Set-Cookie:?a, ?, x", reply.header("x-ignored-params"));
            assertEquals("", reply.header("set-cookie"));
        }
    }
}
