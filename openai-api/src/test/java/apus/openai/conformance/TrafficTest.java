package apus.openai.conformance;

import static apus.openai.conformance.TestApi.CHAT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.runtime.EngineOptions;
import apus.runtime.EngineStats;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks 143, 144, 155, 157 to 159 of the contract: many clients, and clients that leave. */
@Timeout(300)
class TrafficTest {
    private static final List<String> QUESTIONS =
            List.of(
                    "Hello",
                    "Who are you?",
                    "What is the capital of France?",
                    "What is 23 + 45?",
                    "Spell river backwards.",
                    "Write a haiku about the sea.",
                    "Count to five.",
                    "How do you say mother in French?");

    private static String answer(TestApi api, Body body) {
        return TestApi.text(api.post(CHAT, body).ok(), 0);
    }

    @Test
    void check157_parallelRequestsGetTheTextsTheyGetAlone() throws Exception {
        try (TestApi api = TestApi.demo();
                ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<String> alone =
                    QUESTIONS.stream()
                            .map(q -> answer(api, Body.chat(q).with("max_tokens", 24)))
                            .toList();
            List<Future<String>> together = new ArrayList<>();
            for (int i = 0; i < 32; i++) {
                Body body = Body.chat(QUESTIONS.get(i % QUESTIONS.size())).with("max_tokens", 24);
                together.add(clients.submit(() -> answer(api, body)));
            }
            for (int i = 0; i < 32; i++) {
                assertEquals(alone.get(i % QUESTIONS.size()), together.get(i).get());
            }
        }
    }

    @Test
    void check158_aSeedDoesNotDependOnTheBatch() throws Exception {
        try (TestApi api = TestApi.demo();
                ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            Body seeded =
                    Body.chat("Tell me a story about a fox and a river.")
                            .with("temperature", 1)
                            .with("seed", 12)
                            .with("max_tokens", 40);
            String alone = answer(api, seeded);
            List<Future<String>> strangers = new ArrayList<>();
            for (int i = 0; i < 15; i++) {
                Body stranger =
                        Body.chat(QUESTIONS.get(i % QUESTIONS.size()))
                                .with("temperature", 1)
                                .with("ignore_eos", true)
                                .with("max_tokens", 50);
                strangers.add(clients.submit(() -> answer(api, stranger)));
            }
            assertEquals(alone, answer(api, seeded));
            for (Future<String> stranger : strangers) {
                stranger.get();
            }
        }
    }

    // The contract's second. A busy machine may take one of its own at any time, so some
    // attempts are allowed; a server that needs longer by itself fails them all.
    private static final long WITHIN_NANOS = 1_000_000_000L;
    private static final int ATTEMPTS = 3;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void check143and144_whoLeavesStopsTheWorkWithinASecond(boolean stream) throws Exception {
        try (TestApi api = TestApi.demo()) {
            Body endless =
                    Body.chat("Hello")
                            .with("ignore_eos", true)
                            .with("max_tokens", 900)
                            .with("n", 8)
                            .with("stream", stream);
            long fastest = Long.MAX_VALUE;
            for (int i = 0; i < ATTEMPTS && fastest > WITHIN_NANOS; i++) {
                fastest = Math.min(fastest, nanosUntilForgotten(api, endless, stream));
            }
            assertTrue(fastest <= WITHIN_NANOS, "took " + fastest / 1_000_000 + " ms");
            assertEquals(0.0, metric(api, "vllm:kv_cache_usage_perc"));
        }
    }

    /** From the client's leaving until the metrics say so. */
    private static long nanosUntilForgotten(TestApi api, Body endless, boolean stream)
            throws Exception {
        double aborted = metric(api, "apus:requests_aborted_total");
        long left;
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), api.server().port())) {
            send(socket, endless.toString());
            if (stream) {
                readFirstChunk(socket);
            }
            await(api, stats -> stats.running() == 1);
            left = System.nanoTime();
        }
        while (metric(api, "vllm:num_requests_running") != 0
                || metric(api, "apus:requests_aborted_total") != aborted + 1) {
            assertTrue(System.nanoTime() - left < 30_000_000_000L, "still running, or not counted");
            Thread.sleep(5);
        }
        return System.nanoTime() - left;
    }

    private static void readFirstChunk(Socket socket) throws IOException {
        StringBuilder read = new StringBuilder();
        while (read.indexOf("data: ") < 0) {
            int next = socket.getInputStream().read();
            assertTrue(next >= 0, () -> "ended after " + read);
            read.append((char) next);
        }
    }

    /** The only sample of a family on the page of metrics. */
    private static double metric(TestApi api, String name) {
        String page = api.get("/metrics").response().body();
        return page.lines()
                .filter(line -> line.startsWith(name + "{"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .findFirst()
                .orElseThrow();
    }

    private static void send(Socket socket, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        OutputStream out = socket.getOutputStream();
        String head =
                "POST "
                        + CHAT
                        + " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: "
                        + bytes.length
                        + "\r\n\r\n";
        out.write(head.getBytes(StandardCharsets.US_ASCII));
        out.write(bytes);
        out.flush();
    }

    /** What a statistic is waited for. */
    private interface Condition {
        boolean holds(EngineStats stats);
    }

    private static void await(TestApi api, Condition condition) throws InterruptedException {
        long end = System.nanoTime() + 30_000_000_000L;
        while (!condition.holds(api.engine().stats())) {
            assertTrue(System.nanoTime() < end, () -> api.engine().stats().toString());
            Thread.sleep(5);
        }
    }

    @Test
    void check155_aFullQueueSaysWhenToComeBack() throws Exception {
        EngineOptions options = TestApi.ENGINE.change().maxConcurrency(1).maxQueue(1).build();
        try (TestApi api = TestApi.start(TestApi.DEMO, b -> b, b -> b, options);
                ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();
                Socket first = new Socket(InetAddress.getLoopbackAddress(), api.server().port())) {
            Body endless = Body.chat("Hello").with("ignore_eos", true).with("max_tokens", 900);
            send(first, endless.toString());
            await(api, stats -> stats.running() == 1);
            try (Socket second =
                    new Socket(InetAddress.getLoopbackAddress(), api.server().port())) {
                send(second, endless.toString());
                await(api, stats -> stats.waiting() == 1);
                TestApi.Reply refused =
                        clients.submit(() -> api.post(CHAT, Body.chat("Hello"))).get();
                assertEquals("queue_full", refused.error(429, "").get("code").asText());
                int seconds =
                        Integer.parseInt(
                                refused.response().headers().firstValue("retry-after").orElse(""));
                assertTrue(seconds >= 1 && seconds <= 60, "after " + seconds);
            }
        }
    }

    @Test
    void check159_aStopLetsARunningStreamEnd() throws Exception {
        TestApi api = TestApi.demo();
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<String> running =
                    clients.submit(() ->
                            api.post(
                                            CHAT,
                                            Body.chat("Hello")
                                                    .with("ignore_eos", true)
                                                    .with("max_tokens", 100)
                                                    .with("stream", true))
                                    .response()
                                    .body());
            await(api, stats -> stats.running() == 1);
            api.close();
            assertTrue(running.get().endsWith("data: [DONE]\n\n"));
            assertTrue(running.get().contains("\"finish_reason\":\"length\""));
        }
    }

    @Test
    void whatOutlastsTheGraceOfAStopEndsWithItsError() throws Exception {
        TestApi api =
                TestApi.start(
                        TestApi.DEMO,
                        b -> b.shutdownGrace(Duration.ofMillis(100)),
                        b -> b,
                        TestApi.ENGINE);
        Body endless =
                Body.chat("Hello")
                        .with("ignore_eos", true)
                        .with("max_tokens", 900)
                        .with("n", 32)
                        .with("stream_options", Map.of("include_usage", true));
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<List<JsonNode>> running = clients.submit(() -> api.stream(CHAT, endless));
            await(api, stats -> stats.generationTokens() > 64);
            api.close();

            List<JsonNode> events = running.get(); // its end, [DONE], has been checked
            JsonNode error = events.getLast().get("error");
            assertEquals("shutting_down", error.get("code").asText());
            assertEquals("server_error", error.get("type").asText());
            assertTrue(error.has("message") && error.has("param"), error.toString());
            assertTrue(events.size() > 33, "chunks came before");
            for (JsonNode event : events.subList(0, events.size() - 1)) {
                assertEquals(1, event.get("choices").size(), "no usage chunk");
                assertTrue(event.at("/choices/0/finish_reason").isNull(), event.toString());
            }
        } finally {
            api.close();
        }
    }
}
