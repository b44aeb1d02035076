package apus.openai.conformance;

import static apus.openai.conformance.TestApi.CHAT;
import static apus.openai.conformance.TestApi.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Checks 73 to 84 of the contract: where answers end, by number. */
@Timeout(300)
class StopTest {
    private static final Body STORY =
            Body.chat("Tell me a story about a fox and a river.").with("max_tokens", 40);

    private static TestApi api;
    private static String greedy;

    @BeforeAll
    static void start() {
        api = TestApi.demo();
        greedy = text(api.post(CHAT, STORY).ok(), 0);
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    private static JsonNode choice(Body body) {
        return api.post(CHAT, body).ok().get("choices").get(0);
    }

    private static String content(JsonNode choice) {
        return choice.get("message").get("content").asText();
    }

    private static void assertCutAt(String stop) {
        JsonNode choice = choice(STORY.with("stop", stop));
        assertEquals(greedy.substring(0, greedy.indexOf(stop)), content(choice));
        assertEquals("stop", choice.get("finish_reason").asText());
        assertEquals(stop, choice.get("stop_reason").asText());
    }

    @Test
    void check073to075_aStopStringCutsWhereverItStandsBetweenTokens() {
        // Every substring of a stretch: some span tokens, some begin or end within one.
        for (int from = 10; from < 22; from += 3) {
            for (int length : new int[] {1, 4, 9}) {
                assertCutAt(greedy.substring(from, from + length));
            }
        }
    }

    @Test
    void check076_theStopStringCanBeIncluded() {
        String stop = greedy.substring(12, 18);
        JsonNode choice = choice(STORY.with("stop", stop).with("include_stop_str_in_output", true));
        assertEquals(greedy.substring(0, greedy.indexOf(stop)) + stop, content(choice));
    }

    @Test
    void check077_theMatchThatCompletesFirstWins() {
        String late = greedy.substring(20, 24);
        String early = greedy.substring(8, 14);
        JsonNode choice = choice(STORY.with("stop", List.of(late, early)));
        String first =
                greedy.indexOf(late) + late.length() < greedy.indexOf(early) + early.length()
                        ? late
                        : early;
        assertEquals(first, choice.get("stop_reason").asText());
        assertEquals(greedy.substring(0, greedy.indexOf(first)), content(choice));
    }

    @Test
    void check078_emptyStopStringsAreRefused() {
        for (Object stop : List.of("", List.of(""), List.of("a", ""))) {
            JsonNode error = api.post(CHAT, STORY.with("stop", stop)).error(400, "");
            assertTrue(error.get("param").asText().startsWith("stop"), error.toString());
        }
    }

    @Test
    void check079_fiveStopStringsAreAccepted() {
        JsonNode choice = choice(STORY.with("stop", List.of("@1", "@2", "@3", "@4", "@5")));
        assertEquals(greedy, content(choice));
    }

    @Test
    void check080_thePromptDoesNotStopTheAnswer() {
        JsonNode choice =
                choice(Body.chat("Say zebra.").with("stop", "user\nSay").with("max_tokens", 8));
        assertFalse(content(choice).isEmpty());
    }

    private static JsonNode withIds(Body body) {
        return choice(body.with("return_token_ids", true));
    }

    @Test
    void check081_aStopTokenEndsTheAnswerAndKeepsItsText() {
        JsonNode ids = withIds(STORY).get("token_ids");
        int id = ids.get(6).intValue();
        int first = 0;
        while (ids.get(first).intValue() != id) {
            first++;
        }
        JsonNode choice = withIds(STORY.with("stop_token_ids", List.of(id)));
        assertEquals(first + 1, choice.get("token_ids").size());
        assertEquals(id, choice.get("stop_reason").intValue());
        assertEquals("stop", choice.get("finish_reason").asText());
        int[] shown = new int[first + 1];
        for (int i = 0; i <= first; i++) {
            shown[i] = ids.get(i).intValue();
        }
        assertEquals(api.engine().tokenizer().decode(shown, true), content(choice));
    }

    @Test
    void check082_theEndOfSequenceTokenIsNotShown() {
        int eos = api.engine().model().eosIds().getFirst();
        for (int id : api.engine().model().eosIds()) {
            JsonNode choice = choice(Body.chat("Hello").with("stop_token_ids", List.of(id)));
            assertEquals("Hi! What can I do for you?", content(choice), "eos " + eos);
        }
    }

    @Test
    void check083_stopTokensOutsideTheVocabularyAreRefused() {
        int size = api.engine().model().vocabSize();
        for (int id : new int[] {size, 1_000_000, -1}) {
            JsonNode error =
                    api.post(CHAT, STORY.with("stop_token_ids", List.of(5, id))).error(400, "");
            assertTrue(error.get("param").asText().startsWith("stop_token_ids"), error.toString());
        }
        api.post(CHAT, STORY.with("stop_token_ids", List.of(size - 1)).with("max_tokens", 1)).ok();
    }

    @Test
    void check084_specialTokensAreShownOnRequest() {
        int special = api.engine().tokenizer().id("<|im_start|>").orElseThrow();
        Body body =
                Body.chat("Hello")
                        .with("ignore_eos", true)
                        .with("max_tokens", 3)
                        .with("logit_bias", Map.of(String.valueOf(special), 100));
        assertEquals("", content(choice(body)));
        assertEquals(
                "<|im_start|>".repeat(3), content(choice(body.with("skip_special_tokens", false))));
    }

    @Test
    void theEndOfSequenceIsShownOnlyIfBothSwitchesSaySo() {
        Body body = Body.chat("Hello").with("skip_special_tokens", false);
        assertEquals("Hi! What can I do for you?", content(choice(body)));
        String shown = content(choice(body.with("include_stop_str_in_output", true)));
        assertEquals("Hi! What can I do for you?<|im_end|>", shown);
    }

    @Test
    void stopStringsAreNotSearchedBeforeMinTokens() {
        JsonNode choice = choice(STORY.with("stop", " ").with("min_tokens", 10));
        assertTrue(content(choice).startsWith(greedy.substring(0, 10)), content(choice));
    }
}
