package apus.openai.conformance;

import static apus.openai.conformance.TestApi.CHAT;
import static apus.openai.conformance.TestApi.COMPLETIONS;
import static apus.openai.conformance.TestApi.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the numbered checks leave open about streams, usage, time limits and several prompts. */
class StreamDetailsTest {
    private static final Body STORY =
            Body.chat("Tell me a story about a fox and a river.").with("max_tokens", 16);
    private static final Body ENDLESS =
            Body.completion("Hi").with("ignore_eos", true).with("max_tokens", 1000);

    private static TestApi api;

    @BeforeAll
    static void start() {
        api = TestApi.demo();
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    @Test
    void tokenIdsOfAllChunksAreThoseOfTheWhole() {
        Body body = STORY.with("return_token_ids", true);
        List<JsonNode> events = api.stream(CHAT, body);
        JsonNode whole = api.post(CHAT, body).ok();
        List<JsonNode> ids = new ArrayList<>();
        events.forEach(e -> e.at("/choices/0/token_ids").forEach(ids::add));
        List<JsonNode> wanted = new ArrayList<>();
        whole.at("/choices/0/token_ids").forEach(wanted::add);

        assertEquals(wanted, ids);
        assertEquals(whole.get("prompt_token_ids"), events.getFirst().get("prompt_token_ids"));
        assertFalse(events.get(1).has("prompt_token_ids"));
        JsonNode completion =
                api.stream(
                                COMPLETIONS,
                                Body.completion("Hi")
                                        .with("max_tokens", 2)
                                        .with("return_token_ids", true))
                        .getFirst();
        assertTrue(completion.at("/choices/0/prompt_token_ids").isArray());
    }

    @Test
    void aContinuedMessageIsTheFirstContent() {
        List<JsonNode> events =
                api.stream(
                        CHAT,
                        Body.messages(
                                        Body.message("user", "What is the capital of France?"),
                                        Body.message("assistant", "The capital"))
                                .with("continue_final_message", true)
                                .with("echo", true));

        assertEquals("The capital", events.get(1).at("/choices/0/delta/content").asText());
        assertTrue(text(events, 0).startsWith("The capital of France"), text(events, 0));
    }

    @Test
    void charactersOfSeveralTokensComeWhole() {
        Body body = Body.chat("How do you say green in German?");
        String whole = text(api.post(CHAT, body).ok(), 0);
        assertTrue(whole.contains("gr\u00fcn"), whole);
        assertTrue(api.engine().tokenizer().encode("\u00fc", false).length > 1);
        List<JsonNode> events = api.stream(CHAT, body);

        assertEquals(whole, text(events, 0));
        events.forEach(e -> assertFalse(e.toString().contains("\ufffd"), e.toString()));
    }

    @Test
    void whatMightStillBecomeAStopIsGivenOutAtTheEnd() {
        String answer = text(api.post(CHAT, STORY).ok(), 0);
        String stop = answer.substring(answer.length() - 3) + "zzz";

        assertEquals(answer, text(api.stream(CHAT, STORY.with("stop", stop)), 0));
    }

    @Test
    void usageOfSeveralPromptsIsTheirSum() {
        Body body =
                Body.completion(List.of("One two", "The fox"))
                        .with("n", 2)
                        .with("max_tokens", 4)
                        .with("ignore_eos", true);
        List<JsonNode> events =
                api.stream(
                        COMPLETIONS,
                        body.with(
                                "stream_options",
                                Map.of("include_usage", true, "continuous_usage_stats", true)));
        JsonNode usage = events.getLast().get("usage");

        assertEquals(api.post(COMPLETIONS, body).ok().get("usage"), usage);
        assertEquals(16, usage.get("completion_tokens").intValue());
        int before = 0;
        for (JsonNode event : events) {
            assertTrue(event.at("/usage/completion_tokens").intValue() >= before);
            before = event.at("/usage/completion_tokens").intValue();
        }
        assertEquals(
                1,
                events.stream()
                        .filter(e -> e.has("timings") && !e.get("choices").isEmpty())
                        .count());
    }

    @Test
    void continuousUsageAloneIsIgnored() {
        Body body = STORY.with("stream_options", Map.of("continuous_usage_stats", true));

        api.stream(CHAT, body).forEach(e -> assertFalse(e.has("usage")));
    }

    @Test
    void theServerMayForceUsageAndLeaveOutExtras() {
        try (TestApi other =
                TestApi.start(
                        TestApi.DEMO,
                        b -> b,
                        b -> b.forceUsage(true).timings(false).promptTokensDetails(false),
                        TestApi.ENGINE)) {
            JsonNode last = other.stream(CHAT, STORY).getLast();
            JsonNode whole = other.post(CHAT, STORY).ok();

            Body continuous = STORY.with("stream_options", Map.of("continuous_usage_stats", true));
            other.stream(CHAT, continuous).forEach(e -> assertTrue(e.get("usage").isObject()));
            assertTrue(last.get("choices").isEmpty());
            assertEquals(16, last.at("/usage/completion_tokens").intValue());
            assertFalse(last.has("timings"));
            assertFalse(whole.has("timings"));
            assertFalse(whole.get("usage").has("prompt_tokens_details"));
        }
    }

    @Test
    void aRequestMayNotTakeLongerThanTheServerAllows() {
        try (TestApi impatient =
                TestApi.start(
                        TestApi.DEMO,
                        b -> b.requestTimeout(Duration.ofMillis(600)),
                        b -> b,
                        TestApi.ENGINE)) {
            Body slow = ENDLESS.with("n", 16);
            JsonNode whole = impatient.post(COMPLETIONS, slow).error(408, "");
            List<JsonNode> events = impatient.stream(COMPLETIONS, slow);

            assertEquals("request_timeout", whole.get("code").asText());
            assertEquals("request_timeout", events.getLast().at("/error/code").asText());
            for (JsonNode event : events.subList(0, events.size() - 1)) {
                assertTrue(event.at("/choices/0/finish_reason").isNull());
            }
        }
    }

    @Test
    void leavingARequestOfSeveralPromptsEndsThemAll() throws Exception {
        long aborted = api.engine().stats().finished().get("abort");
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), api.server().port())) {
            send(socket, ENDLESS.with("prompt", List.of("a", "b", "c")).toString());
            await(3, aborted);
        }
        await(0, aborted + 3);
        assertEquals(0.0, api.engine().stats().kvCacheUsage());
    }

    private static void send(Socket socket, String body) throws IOException {
        String head =
                "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                        + "Content-Length: "
                        + body.length()
                        + "\r\n\r\n";
        socket.getOutputStream().write((head + body).getBytes(StandardCharsets.US_ASCII));
    }

    private static void await(int running, long aborted) throws InterruptedException {
        long end = System.nanoTime() + 20_000_000_000L;
        while (api.engine().stats().running() != running
                || api.engine().stats().finished().get("abort") != aborted) {
            assertTrue(System.nanoTime() < end, () -> api.engine().stats().toString());
            Thread.sleep(5);
        }
    }

    @Test
    void oneOfSeveralPromptsThatFindsNoRoomTakesTheOthersBack() throws Exception {
        try (TestApi small =
                TestApi.start(
                        TestApi.DEMO,
                        b -> b,
                        b -> b,
                        TestApi.ENGINE.change().maxConcurrency(1).maxQueue(1).build())) {
            JsonNode error =
                    small.post(COMPLETIONS, ENDLESS.with("prompt", List.of("a", "b", "c", "d")))
                            .error(429, "");
            assertEquals("queue_full", error.get("code").asText());
            long end = System.nanoTime() + 20_000_000_000L;
            while (small.engine().stats().running() + small.engine().stats().waiting() > 0) {
                assertTrue(System.nanoTime() < end, () -> small.engine().stats().toString());
                Thread.sleep(5);
            }
            small.post(COMPLETIONS, Body.completion("a").with("max_tokens", 1)).ok();
        }
    }
}
