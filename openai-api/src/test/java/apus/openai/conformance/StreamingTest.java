package apus.openai.conformance;

import static apus.openai.conformance.TestApi.CHAT;
import static apus.openai.conformance.TestApi.COMPLETIONS;
import static apus.openai.conformance.TestApi.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Checks 103 and 124 to 142 of the contract: streams, by number. */
@Timeout(300)
class StreamingTest {
    private static final Body STORY =
            Body.chat("Tell me a story about a fox and a river.").with("max_tokens", 30);
    private static final Body ONCE =
            Body.completion("Once upon a time").with("max_tokens", 20).with("ignore_eos", true);

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
    void check124_framesAreEventsAndTheLastIsDone() {
        TestApi.Reply reply = api.post(CHAT, STORY.with("stream", true));
        assertTrue(
                reply.response()
                        .headers()
                        .firstValue("content-type")
                        .orElse("")
                        .startsWith("text/event-stream"));
        assertEquals("no-cache", reply.response().headers().firstValue("cache-control").orElse(""));
        assertTrue(reply.response().body().endsWith("data: [DONE]\n\n"));
        assertFalse(TestApi.events(reply.response().body()).isEmpty());
    }

    @Test
    void check125_theRoleComesFirstAndOnce() {
        List<JsonNode> events = api.stream(CHAT, STORY);
        JsonNode first = events.getFirst().get("choices").get(0).get("delta");
        assertEquals("assistant", first.get("role").asText());
        assertEquals("", first.get("content").asText());
        for (JsonNode event : events.subList(1, events.size())) {
            assertFalse(event.get("choices").get(0).get("delta").has("role"));
        }
    }

    @Test
    void check126_everyChunkCarriesTheSameHead() {
        for (String path : List.of(CHAT, COMPLETIONS)) {
            List<JsonNode> events =
                    api.stream(
                            path,
                            (path.equals(CHAT) ? STORY : ONCE)
                                    .with("stream_options", Map.of("include_usage", true)));
            JsonNode first = events.getFirst();
            assertEquals(
                    path.equals(CHAT) ? "chat.completion.chunk" : "text_completion",
                    first.get("object").asText());
            for (JsonNode event : events) {
                for (String key :
                        List.of("id", "object", "created", "model", "system_fingerprint")) {
                    assertEquals(first.get(key), event.get(key), key);
                }
            }
        }
    }

    @Test
    void check127_oneFinishChunkWithAnEmptyDelta() {
        List<JsonNode> events = api.stream(CHAT, STORY.with("n", 2));
        Map<Integer, Integer> finishes = new HashMap<>();
        for (JsonNode event : events) {
            assertEquals(1, event.get("choices").size(), "one choice per chunk");
            JsonNode choice = event.get("choices").get(0);
            assertTrue(choice.has("logprobs"));
            if (!choice.get("finish_reason").isNull()) {
                assertEquals(0, choice.get("delta").size());
                finishes.merge(choice.get("index").intValue(), 1, Integer::sum);
            } else {
                assertFalse(
                        finishes.containsKey(choice.get("index").intValue()),
                        "nothing follows the finish");
            }
        }
        assertEquals(Map.of(0, 1, 1, 1), finishes);
    }

    static Stream<Body> chats() {
        return Stream.of(
                STORY,
                STORY.with("temperature", 1).with("seed", 3),
                STORY.with("n", 2).with("temperature", 1).with("seed", 3),
                STORY.with("stop", List.of("river", " the")),
                STORY.with("stop", "not there at all"),
                STORY.with("skip_special_tokens", false),
                STORY.with("max_tokens", 1),
                STORY.with("n", 2).with("best_of", 3).with("temperature", 1).with("seed", 6),
                STORY.with("use_beam_search", true).with("best_of", 2).with("max_tokens", 8),
                Body.messages(
                                Body.message("user", "What colour is the sky?"),
                                Body.message("assistant", "The sky is"))
                        .with("continue_final_message", true)
                        .with("echo", true)
                        .with("max_tokens", 6),
                Body.chat("Hello")
                        .with("logit_bias", Map.of("180", 60, "181", 60))
                        .with("max_tokens", 9));
    }

    @ParameterizedTest
    @MethodSource("chats")
    void check128to140_joinedDeltasAreTheWholeAnswer(Body body) {
        JsonNode whole = api.post(CHAT, body).ok();
        List<JsonNode> events = api.stream(CHAT, body);
        for (int i = 0; i < whole.get("choices").size(); i++) {
            assertEquals(text(whole, i), text(events, i));
            assertEquals(
                    whole.get("choices").get(i).get("finish_reason"),
                    finish(events, i).get("finish_reason"));
            assertEquals(
                    whole.get("choices").get(i).get("stop_reason"),
                    finish(events, i).get("stop_reason"));
        }
    }

    private static JsonNode finish(List<JsonNode> events, int index) {
        return events.stream()
                .map(e -> e.get("choices"))
                .filter(c -> c.size() == 1)
                .map(c -> c.get(0))
                .filter(c -> c.get("index").intValue() == index)
                .filter(c -> !c.get("finish_reason").isNull())
                .findFirst()
                .orElseThrow();
    }

    static Stream<Body> completions() {
        return Stream.of(
                ONCE,
                ONCE.with("temperature", 1).with("seed", 3),
                ONCE.with("prompt", List.of("One, two,", "The capital of France is")),
                ONCE.with("echo", true),
                ONCE.with("echo", true).with("max_tokens", 0),
                ONCE.with("best_of", 3).with("temperature", 1).with("seed", 2),
                ONCE.with("prompt", "The capital of").with("suffix", " is Paris."),
                ONCE.with("n", 2)
                        .with("prompt", List.of("a", "b"))
                        .with("temperature", 1)
                        .with("seed", 2));
    }

    @ParameterizedTest
    @MethodSource("completions")
    void check103_129_135_136_streamedCompletionsAreTheWholeOnes(Body body) {
        JsonNode whole = api.post(COMPLETIONS, body).ok();
        List<JsonNode> events = api.stream(COMPLETIONS, body);
        for (int i = 0; i < whole.get("choices").size(); i++) {
            assertEquals(text(whole, i), text(events, i));
            assertEquals("", finish(events, i).get("text").asText());
        }
    }

    @Test
    void check130_noUsageAndNoEmptyChoicesUnlessAsked() {
        for (JsonNode event : api.stream(CHAT, STORY)) {
            assertEquals(1, event.get("choices").size());
            assertTrue(!event.has("usage") || event.get("usage").isNull());
        }
    }

    @Test
    void check131_theUsageChunkComesLast() {
        Body body = STORY.with("stream_options", Map.of("include_usage", true));
        api.post(CHAT, STORY).ok(); // from here on the prompt is in the cache, for all alike
        List<JsonNode> events = api.stream(CHAT, body);
        JsonNode last = events.removeLast();
        assertEquals(0, last.get("choices").size());
        assertEquals(api.post(CHAT, STORY).ok().get("usage"), last.get("usage"));
        for (JsonNode event : events) {
            assertTrue(event.has("usage") && event.get("usage").isNull());
            assertFalse(event.get("choices").isEmpty());
        }
    }

    @Test
    void check132_continuousUsageNeverFalls() {
        Body body =
                STORY.with(
                        "stream_options",
                        Map.of("include_usage", true, "continuous_usage_stats", true));
        api.post(CHAT, STORY).ok(); // from here on the prompt is in the cache
        int before = 0;
        int total = 0;
        for (JsonNode event : api.stream(CHAT, body)) {
            total = event.get("usage").get("completion_tokens").intValue();
            assertTrue(total >= before);
            assertEquals(16, event.at("/usage/prompt_tokens_details/cached_tokens").intValue());
            before = total;
        }
        assertEquals(30, total);
    }

    @Test
    void check133_streamOptionsNeedAStream() {
        api.post(CHAT, STORY.with("stream_options", Map.of("include_usage", true)))
                .error(400, "stream_options");
    }

    @Test
    void check137_streamedLogprobsAreTheWholeOnes() {
        Body body = ONCE.with("logprobs", 2).with("echo", true);
        JsonNode whole = api.post(COMPLETIONS, body).ok().get("choices").get(0).get("logprobs");
        for (String array : List.of("tokens", "token_logprobs", "top_logprobs", "text_offset")) {
            List<JsonNode> joined = new ArrayList<>();
            for (JsonNode event : api.stream(COMPLETIONS, body)) {
                JsonNode logprobs = event.get("choices").get(0).get("logprobs");
                if (!logprobs.isNull()) {
                    logprobs.get(array).forEach(joined::add);
                }
            }
            List<JsonNode> wanted = new ArrayList<>();
            whole.get(array).forEach(wanted::add);
            assertEquals(wanted, joined, array);
        }
    }

    @Test
    void chatLogprobsStreamToo() {
        Body body = STORY.with("logprobs", true).with("top_logprobs", 2);
        List<JsonNode> joined = new ArrayList<>();
        for (JsonNode event : api.stream(CHAT, body)) {
            JsonNode logprobs = event.get("choices").get(0).get("logprobs");
            if (!logprobs.isNull()) {
                logprobs.get("content").forEach(joined::add);
            }
        }
        List<JsonNode> wanted = new ArrayList<>();
        api.post(CHAT, body)
                .ok()
                .get("choices")
                .get(0)
                .get("logprobs")
                .get("content")
                .forEach(wanted::add);
        assertEquals(wanted, joined);
    }

    @Test
    void check138_noPieceOfAStopStringLeaks() {
        String greedy = text(api.post(CHAT, STORY).ok(), 0);
        String stop = greedy.substring(9, 21);
        List<JsonNode> events = api.stream(CHAT, STORY.with("stop", stop));
        assertEquals(greedy.substring(0, greedy.indexOf(stop)), text(events, 0));
    }

    @Test
    void check141_badParametersAreNoStream() {
        TestApi.Reply reply = api.post(CHAT, STORY.with("stream", true).with("top_p", 7));
        reply.error(400, "top_p");
        assertTrue(
                reply.response()
                        .headers()
                        .firstValue("content-type")
                        .orElse("")
                        .startsWith("application/json"));
    }

    @Test
    void check142_timingsCountWhatWasPredicted() {
        JsonNode whole = api.post(CHAT, STORY).ok();
        assertEquals(
                whole.get("usage").get("completion_tokens"),
                whole.get("timings").get("predicted_n"));
        List<JsonNode> events = api.stream(CHAT, STORY);
        JsonNode timings = events.getLast().get("timings");
        assertEquals(30, timings.get("predicted_n").intValue());
        for (String key :
                List.of(
                        "queue_ms",
                        "prompt_n",
                        "prompt_ms",
                        "prompt_per_second",
                        "cached_n",
                        "ttft_ms",
                        "predicted_ms",
                        "predicted_per_second",
                        "total_ms")) {
            assertTrue(timings.get(key).isNumber(), key);
        }
        for (JsonNode event : events.subList(0, events.size() - 1)) {
            assertFalse(event.has("timings"));
        }
    }
}
