package apus.openai.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.openai.ApiException;
import apus.openai.HttpSettings;
import apus.openai.ServedModel;
import apus.openai.http.ClientWatch.Cause;
import apus.openai.http.RawClient.Reply;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** That a handler learns of its client's departure, and of nothing else. */
final class ClientWatchTest {
    /** Generous: the departure is seen at once, but machines are slow. */
    private static final Duration SOON = Duration.ofSeconds(10);

    /** A handler that computes until it is told to stop or let go, watched all the while. */
    private static final class Work {
        final CountDownLatch begun = new CountDownLatch(1);
        final CountDownLatch gone = new CountDownLatch(1);
        final CountDownLatch letGo = new CountDownLatch(1);
        final CompletableFuture<Optional<Cause>> outcome = new CompletableFuture<>();
        final AtomicInteger calls = new AtomicInteger();
        private final CountDownLatch unwatched = new CountDownLatch(1);
        private final HttpSettings settings;

        Work(HttpSettings settings) {
            this.settings = settings;
        }

        void handle(ServerRequest request, ServerResponse response) throws Exception {
            ObjectNode body = JsonBody.read(request, settings);
            if (body.has("quick")) {
                JsonAnswer.send(request, response, body);
                return;
            }
            try (ClientWatch watch =
                    ClientWatch.watch(
                            request,
                            () -> {
                                calls.incrementAndGet();
                                gone.countDown();
                                letGo.countDown();
                            })) {
                begun.countDown();
                assertTrue(letGo.await(60, TimeUnit.SECONDS));
                outcome.complete(watch.cause());
                watch.check();
                JsonAnswer.send(request, response, body);
            } finally {
                unwatched.countDown();
            }
        }

        void awaitBegun() throws InterruptedException {
            assertTrue(begun.await(SOON.toSeconds(), TimeUnit.SECONDS));
        }

        Optional<Cause> outcome()
                throws InterruptedException, ExecutionException, TimeoutException {
            return outcome.get(SOON.toSeconds(), TimeUnit.SECONDS);
        }
    }

    private static ApiServer serve(HttpSettings settings, Work work) {
        return Servers.withHandler(settings, new ServedModel(), work::handle);
    }

    private interface Departure {
        void of(RawClient client) throws IOException;
    }

    private static void assertNoticed(Departure departure) throws Exception {
        HttpSettings settings = Servers.settings();
        Work work = new Work(settings);
        try (ApiServer server = serve(settings, work);
                RawClient client = RawClient.connect(server)) {
            client.send("POST", Servers.PATH, "{\"a\":1}");
            work.awaitBegun();
            departure.of(client);
            assertEquals(Optional.of(Cause.CLIENT_GONE), work.outcome());
            assertEquals(1, work.calls.get());
            assertCountedAsGone(server);
        }
    }

    private static void assertCountedAsGone(ApiServer server) throws Exception {
        String line = "apus:http_requests_total{route=\"/v1/test\",status=\"499\"} 1";
        long end = System.nanoTime() + SOON.toNanos();
        while (!RawClient.get(server, "/metrics").body().contains(line)) {
            assertTrue(System.nanoTime() < end, "not counted");
            Thread.sleep(20);
        }
    }

    @Test
    void aClientThatClosesIsNoticedWhileItsAnswerIsComputed() throws Exception {
        assertNoticed(RawClient::leave);
    }

    @Test
    void aClientThatResetsIsNoticed() throws Exception {
        assertNoticed(RawClient::reset);
    }

    @Test
    void aClientThatClosesOnlyItsSendingSideCountsAsGone() throws Exception {
        assertNoticed(RawClient::halfClose);
    }

    @Test
    void aClientThatClosesAfterASecondRequestIsNoticed() throws Exception {
        assertNoticed(client -> {
            client.send("POST", Servers.PATH, "{\"quick\":true}");
            client.leave();
        });
    }

    @Test
    void aClientThatLeftBeforeTheWatchBeganIsNoticed() throws Exception {
        HttpSettings settings = Servers.settings();
        CountDownLatch left = new CountDownLatch(1);
        CountDownLatch read = new CountDownLatch(1);
        CompletableFuture<Cause> cause = new CompletableFuture<>();
        try (ApiServer server =
                Servers.withHandler(
                        settings,
                        new ServedModel(),
                        (request, response) -> {
                            var _ = JsonBody.read(request, settings);
                            read.countDown();
                            assertTrue(left.await(60, TimeUnit.SECONDS));
                            CountDownLatch told = new CountDownLatch(1);
                            try (ClientWatch watch = ClientWatch.watch(request, told::countDown)) {
                                assertTrue(told.await(60, TimeUnit.SECONDS));
                                cause.complete(watch.cause().orElseThrow());
                                watch.check();
                            }
                        })) {
            RawClient client = RawClient.connect(server);
            client.send("POST", Servers.PATH, "{}");
            assertTrue(read.await(SOON.toSeconds(), TimeUnit.SECONDS));
            client.leave();
            left.countDown();
            assertEquals(Cause.CLIENT_GONE, cause.get(SOON.toSeconds(), TimeUnit.SECONDS));
        }
    }

    @Test
    void aClientThatWaitsIsNotDisturbed() throws Exception {
        HttpSettings settings = Servers.settings();
        Work work = new Work(settings);
        try (ApiServer server = serve(settings, work);
                RawClient client = RawClient.connect(server)) {
            client.send("POST", Servers.PATH, "{\"a\":1}");
            work.awaitBegun();
            assertFalse(work.gone.await(300, TimeUnit.MILLISECONDS));
            work.letGo.countDown();
            assertEquals("{\"a\":1}", client.reply().body());
            assertEquals(Optional.empty(), work.outcome());
            // Leaving after the answer is nobody's business, once its handler is through with it.
            assertTrue(work.unwatched.await(SOON.toSeconds(), TimeUnit.SECONDS));
            client.leave();
            assertFalse(work.gone.await(200, TimeUnit.MILLISECONDS));
        }
    }

    @Test
    void requestsThatArriveMeanwhileAreAnsweredAfterwards() throws Exception {
        HttpSettings settings = Servers.settings();
        Work work = new Work(settings);
        try (ApiServer server = serve(settings, work);
                RawClient client = RawClient.connect(server)) {
            client.send("POST", Servers.PATH, "{\"a\":1}");
            work.awaitBegun();
            int more = 400;
            for (int i = 0; i < more; i++) {
                client.send("POST", Servers.PATH, "{\"quick\":" + i + "}");
            }
            assertFalse(work.gone.await(200, TimeUnit.MILLISECONDS));
            work.letGo.countDown();
            assertEquals("{\"a\":1}", client.reply().body());
            for (int i = 0; i < more; i++) {
                assertEquals("{\"quick\":" + i + "}", client.reply().body());
            }
        }
    }

    @Test
    void aRequestSplitAcrossTheEndOfTheOneBeforeIsReadWhole() throws Exception {
        HttpSettings settings = Servers.settings();
        Work work = new Work(settings);
        try (ApiServer server = serve(settings, work);
                RawClient client = RawClient.connect(server)) {
            client.send("POST", Servers.PATH, "{\"a\":1}");
            work.awaitBegun();
            client.raw("POST " + Servers.PATH + " HTTP/1.1\r\nHost: local");
            work.letGo.countDown();
            assertEquals(200, client.reply().status());
            client.raw("host\r\nContent-Length: 11\r\n\r\n{\"quick\"");
            client.raw(":1}");
            assertEquals("{\"quick\":1}", client.reply().body());
        }
    }

    @Test
    void aRequestThatTakesTooLongIsEndedWith408() throws Exception {
        HttpSettings settings =
                Servers.settings().change().requestTimeout(Duration.ofMillis(300)).build();
        Work work = new Work(settings);
        try (ApiServer server = serve(settings, work)) {
            Reply reply = RawClient.post(server, Servers.PATH, "{}");
            assertEquals(408, reply.status());
            assertEquals("request_timeout", reply.code());
            assertEquals(Optional.of(Cause.TIMED_OUT), work.outcome());
        }
    }

    @Test
    void aStoppingServerEndsWhatDoesNotEndByItself() throws Exception {
        HttpSettings settings =
                Servers.settings().change().shutdownGrace(Duration.ofMillis(300)).build();
        Work work = new Work(settings);
        ServedModel model = new ServedModel();
        ApiServer server = Servers.withHandler(settings, model, work::handle);
        try (RawClient client = RawClient.connect(server)) {
            client.send("POST", Servers.PATH, "{}");
            work.awaitBegun();
            server.close();
            Reply reply = client.reply();
            assertEquals(503, reply.status());
            assertEquals("shutting_down", reply.code());
            assertEquals(Optional.of(Cause.SHUTTING_DOWN), work.outcome());
            assertTrue(client.ended());
        } finally {
            server.close();
        }
    }

    @Test
    void aStoppingServerWaitsForWhatEndsInTime() throws Exception {
        HttpSettings settings = Servers.settings();
        Work work = new Work(settings);
        ServedModel model = new ServedModel();
        ApiServer server = Servers.withHandler(settings, model, work::handle);
        try (RawClient client = RawClient.connect(server)) {
            client.send("POST", Servers.PATH, "{\"a\":1}");
            work.awaitBegun();
            Thread stopper = Thread.ofVirtual().start(server::close);
            while (model.status() != ServedModel.Status.SHUTTING_DOWN) {
                Thread.sleep(10);
            }
            // Still listening, to say no.
            assertEquals("shutting_down", RawClient.get(server, "/health").code());
            work.letGo.countDown();
            assertEquals("{\"a\":1}", client.reply().body());
            assertEquals(Optional.empty(), work.outcome());
            assertTrue(stopper.join(SOON));
        } finally {
            server.close();
        }
    }

    @Test
    void aLongRequestOutlivesTheIdleTimeout() throws Exception {
        HttpSettings settings =
                Servers.settings()
                        .change()
                        .idleTimeout(Duration.ofMillis(200))
                        .bodyTimeout(Duration.ofMillis(200))
                        .build();
        Work work = new Work(settings);
        try (ApiServer server = serve(settings, work);
                RawClient client = RawClient.connect(server)) {
            client.send("POST", Servers.PATH, "{\"a\":1}");
            work.awaitBegun();
            Thread.sleep(1500);
            work.letGo.countDown();
            assertEquals("{\"a\":1}", client.reply().body());
        }
    }

    @Test
    void aWatchThatWasClosedIsNotCalled() throws Exception {
        HttpSettings settings = Servers.settings();
        AtomicInteger calls = new AtomicInteger();
        CountDownLatch closed = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(1);
        try (ApiServer server =
                        Servers.withHandler(
                                settings,
                                new ServedModel(),
                                (request, response) -> {
                                    var _ = JsonBody.read(request, settings);
                                    ClientWatch first =
                                            ClientWatch.watch(request, calls::incrementAndGet);
                                    first.close();
                                    CountDownLatch second = new CountDownLatch(1);
                                    try (ClientWatch _ =
                                            ClientWatch.watch(request, second::countDown)) {
                                        closed.countDown();
                                        assertTrue(second.await(60, TimeUnit.SECONDS));
                                    }
                                    done.countDown();
                                    throw ApiException.internal();
                                });
                RawClient client = RawClient.connect(server)) {
            client.send("POST", Servers.PATH, "{}");
            assertTrue(closed.await(SOON.toSeconds(), TimeUnit.SECONDS));
            client.leave();
            assertTrue(done.await(SOON.toSeconds(), TimeUnit.SECONDS));
            assertEquals(0, calls.get());
        }
    }
}
