package apus.openai.conformance;

import static apus.openai.conformance.TestApi.CHAT;
import static apus.openai.conformance.TestApi.COMPLETIONS;
import static apus.openai.conformance.TestApi.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.openai.ApiSettings;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Where this server means to differ from vLLM, numbered as in docs/api.md, so that nobody mends it.
 */
class DeviationTest {
    private static final Body STORY =
            Body.chat("Tell me a story about a fox and a river.").with("max_tokens", 12);

    private static TestApi api;

    @BeforeAll
    static void start() {
        api = TestApi.demo();
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    private static TestApi with(UnaryOperator<ApiSettings.Builder> settings) {
        return TestApi.start(TestApi.DEMO, b -> b, settings, TestApi.ENGINE);
    }

    private static String answer(Body body) {
        return text(api.post(CHAT, body).ok(), 0);
    }

    private static int tokens(JsonNode answer) {
        return answer.at("/usage/completion_tokens").intValue();
    }

    @Test
    void deviation01_bestOfEarlyStoppingBeamWidthAndSuffixExist() {
        Body beams =
                STORY.with("use_beam_search", true)
                        .with("best_of", 3)
                        .with("n", 1)
                        .with("early_stopping", true);

        assertEquals(1, api.post(CHAT, beams).ok().get("choices").size());
        JsonNode best = api.post(CHAT, STORY.with("temperature", 1).with("best_of", 2)).ok();
        assertEquals(1, best.get("choices").size());
        assertEquals(24, tokens(best));
        api.post(COMPLETIONS, Body.completion("a").with("suffix", "b").with("max_tokens", 1)).ok();
    }

    @Test
    void deviation02_severalGreedyChoicesAreAllowed() {
        assertEquals(3, api.post(CHAT, STORY.with("n", 3)).ok().get("choices").size());
    }

    @Test
    void deviation03_chatDefaultsToSevenTenthsAndTheModelsValuesAreOptIn() {
        Body drawn = STORY.without("temperature").with("seed", 5).with("max_tokens", 24);
        Body suggested = drawn.with("temperature", 0.7).with("top_p", 0.9);

        assertEquals(answer(drawn.with("temperature", 0.7).with("top_p", 1)), answer(drawn));
        // The demo model suggests temperature 0.7 and top_p 0.9.
        try (TestApi auto = with(b -> b.modelDefaults(true))) {
            Body completion =
                    Body.empty().with("prompt", "The").with("seed", 5).with("max_tokens", 24);
            assertEquals(answer(suggested), text(auto.post(CHAT, drawn).ok(), 0));
            assertEquals(
                    text(
                            api.post(
                                            COMPLETIONS,
                                            completion.with("temperature", 0.7).with("top_p", 0.9))
                                    .ok(),
                            0),
                    text(auto.post(COMPLETIONS, completion).ok(), 0));
            assertNotEquals(
                    text(api.post(COMPLETIONS, completion).ok(), 0),
                    text(auto.post(COMPLETIONS, completion).ok(), 0));
        }
    }

    @Test
    void deviation04_theTextOfAnOrdinaryStopTokenIsKept() {
        int id =
                api.post(CHAT, STORY.with("return_token_ids", true))
                        .ok()
                        .at("/choices/0/token_ids/3")
                        .intValue();

        assertTrue(
                answer(STORY.with("stop_token_ids", List.of(id)))
                        .endsWith(api.engine().tokenizer().decode(new int[] {id}, true)));
    }

    /** The scores are computed again from the answers, both ways: only one explains their order. */
    @Test
    void deviation05_theBeamPenaltyCountsGeneratedTokensOnly() {
        // Ends that are seen: the stop token is shown, an end of sequence would not be.
        int dot = api.engine().tokenizer().encode(".", false)[0];
        Body beams =
                Body.chat("Tell me a story about a fox and a river. " + "Please do. ".repeat(20))
                        .with("use_beam_search", true)
                        .with("n", 8)
                        .with("best_of", 8)
                        .with("max_tokens", 24)
                        .with("stop_token_ids", List.of(dot))
                        .with("ignore_eos", true)
                        .with("length_penalty", 2)
                        .with("logprobs", true);
        JsonNode answer = api.post(CHAT, beams).ok();
        int prompt = answer.at("/usage/prompt_tokens").intValue();
        List<Double> generatedOnly = new ArrayList<>();
        List<Double> withPrompt = new ArrayList<>();
        for (JsonNode choice : answer.get("choices")) {
            double sum = 0;
            for (JsonNode token : choice.at("/logprobs/content")) {
                sum += token.get("logprob").doubleValue();
            }
            int length = choice.at("/logprobs/content").size();
            generatedOnly.add(sum / Math.pow(length, 2));
            withPrompt.add(sum / Math.pow(length + prompt, 2));
        }

        assertTrue(descending(generatedOnly), generatedOnly.toString());
        assertFalse(descending(withPrompt), "the test needs beams that tell the two apart");
    }

    private static boolean descending(List<Double> scores) {
        for (int i = 1; i < scores.size(); i++) {
            if (scores.get(i) > scores.get(i - 1) + 1e-6) {
                return false;
            }
        }
        return true;
    }

    @Test
    void deviation06_scoringBillsNoHiddenTokenAndNeedsNoEcho() {
        Body none = Body.completion("a b").with("max_tokens", 0);

        assertEquals(0, tokens(api.post(COMPLETIONS, none.with("echo", true)).ok()));
        assertEquals("", text(api.post(COMPLETIONS, none).ok(), 0));
    }

    @Test
    void deviation07_onlyWhatMayBecomeAStopIsHeldBack() {
        String never = "a stop string of more than forty characters!";
        int held = api.stream(CHAT, STORY.with("stop", never)).size();
        int plain = api.stream(CHAT, STORY).size();

        // A constant hold-back of its length would leave one or two chunks of text.
        assertTrue(held >= plain - 2, held + " of " + plain);
    }

    @Test
    void deviation08_topLogprobsAreTheBestNotTheDrawnOneFirst() {
        int river = api.engine().tokenizer().encode(" river", false)[0];
        JsonNode entry =
                api.post(
                                CHAT,
                                STORY.with("logprobs", true)
                                        .with("top_logprobs", 2)
                                        .with("logit_bias", Map.of("" + river, 100)))
                        .ok()
                        .at("/choices/0/logprobs/content/0");

        assertEquals(" river", entry.get("token").asText());
        assertEquals(2, entry.get("top_logprobs").size());
        assertFalse(entry.get("top_logprobs").toString().contains(" river"));
    }

    @Test
    void deviation09_theFinishChunkIsEmptyAndUsageIsNullBeforeTheLast() {
        List<JsonNode> events =
                api.stream(CHAT, STORY.with("stream_options", Map.of("include_usage", true)));
        JsonNode finish = events.get(events.size() - 2);

        assertEquals("length", finish.at("/choices/0/finish_reason").asText());
        assertTrue(finish.at("/choices/0/delta").isEmpty());
        assertTrue(finish.get("usage").isNull());
    }

    @Test
    void deviation10_codesAreStringsAndAllKeysArePresent() {
        JsonNode error = api.post(CHAT, Body.messages()).error(400, "messages");

        assertTrue(error.get("code").isTextual());
        assertEquals(4, error.size());
    }

    @Test
    void deviation11_noConstraintIsDroppedSilently() {
        for (String field :
                List.of("guided_json", "guided_regex", "guided_choice", "guided_grammar")) {
            api.post(CHAT, STORY.with(field, "x")).error(400, field);
        }
        assertEquals(
                "foo",
                api.post(CHAT, STORY.with("foo", 1).with("max_tokens", 1))
                        .response()
                        .headers()
                        .firstValue("x-ignored-params")
                        .orElse(""));
    }

    @Test
    void deviation12_bothNamesOfReasoningAreRead() {
        String template =
                "{% for m in messages %}{{ m.reasoning }}{{ m.reasoning_content }}{% endfor %}";
        try (TestApi trusting = with(b -> b.trustChatTemplate(true))) {
            for (String name : List.of("reasoning", "reasoning_content")) {
                Map<String, Object> message = Body.message("assistant", "Yes");
                message.put(name, "because");
                JsonNode ids =
                        trusting.post(
                                        CHAT,
                                        Body.messages(message)
                                                .with("chat_template", template)
                                                .with("return_token_ids", true)
                                                .with("max_tokens", 1))
                                .ok()
                                .get("prompt_token_ids");
                int[] wanted = trusting.engine().tokenizer().encode("becausebecause", false);
                assertEquals(wanted.length, ids.size());
            }
        }
    }

    @Test
    void deviation13_keysGuardRoutesOutsideV1Too() {
        try (TestApi keyed =
                TestApi.start(
                        TestApi.DEMO, b -> b.apiKeys(List.of("k1")), b -> b, TestApi.ENGINE)) {
            for (String path : List.of("/tokenize", "/chat/completions", "/completions", CHAT)) {
                keyed.post(path, Body.empty()).error(401, "");
            }
        }
    }

    @Test
    void deviation14_seedsOfChoicesAreHashedNotCounted() {
        Body drawn = STORY.with("temperature", 1).with("max_tokens", 24);
        JsonNode seven = api.post(CHAT, drawn.with("seed", 7).with("n", 2)).ok();

        assertNotEquals(answer(drawn.with("seed", 8)), text(seven, 1));
    }

    @Test
    void deviation15_seededOutputDoesNotDependOnTheBatch() {
        Body drawn = Body.completion("The fox").with("temperature", 1).with("seed", 3).with("n", 2);
        JsonNode alone = api.post(COMPLETIONS, drawn).ok();
        JsonNode amid =
                api.post(
                                COMPLETIONS,
                                drawn.with(
                                        "prompt", List.of("The fox", "One two three", "A story")))
                        .ok();

        assertEquals(text(alone, 0), text(amid, 0));
        assertEquals(text(alone, 1), text(amid, 1));
    }
}
