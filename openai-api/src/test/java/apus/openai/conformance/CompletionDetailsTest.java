package apus.openai.conformance;

import static apus.openai.conformance.TestApi.CHAT;
import static apus.openai.conformance.TestApi.COMPLETIONS;
import static apus.openai.conformance.TestApi.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the numbered checks leave open about completions and log-probabilities. */
class CompletionDetailsTest {
    private static final String PARIS = "The capital of France is";

    private static TestApi api;

    @BeforeAll
    static void start() {
        api = TestApi.demo();
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    private static JsonNode complete(Body body) {
        return api.post(COMPLETIONS, body).ok();
    }

    private static JsonNode logprobs(Body body) {
        return complete(body).at("/choices/0/logprobs");
    }

    private static List<Integer> promptIds(Body body) {
        List<Integer> ids = new ArrayList<>();
        complete(body.with("return_token_ids", true).with("max_tokens", 1))
                .at("/choices/0/prompt_token_ids")
                .forEach(id -> ids.add(id.intValue()));
        return ids;
    }

    @Test
    void manyPromptsInOneRequestAreAllAnswered() {
        JsonNode answer =
                complete(
                        Body.completion(Collections.nCopies(40, "One two"))
                                .with("max_tokens", 4)
                                .with("ignore_eos", true));
        Set<String> texts = new HashSet<>();
        answer.get("choices").forEach(c -> texts.add(c.get("text").asText()));

        assertEquals(40, answer.get("choices").size());
        assertEquals(1, texts.size());
        assertEquals(160, answer.at("/usage/completion_tokens").intValue());
        assertEquals(160, answer.at("/timings/predicted_n").intValue());
    }

    @Test
    void whatTheCacheHoldsIsSaidAndSaltsKeepItApart() {
        Body body =
                Body.completion("A long beginning " + "that nobody else has sent. ".repeat(6))
                        .with("max_tokens", 8)
                        .with("cache_salt", "one");
        JsonNode first = complete(body);
        JsonNode again = complete(body);
        JsonNode other = complete(body.with("cache_salt", "two"));

        assertEquals(0, first.at("/timings/cached_n").intValue());
        assertTrue(again.at("/timings/cached_n").intValue() >= 16, again.toString());
        assertEquals(0, other.at("/timings/cached_n").intValue());
        assertEquals(text(first, 0), text(again, 0));
        assertEquals(text(first, 0), text(other, 0));
    }

    @Test
    void oneBadPromptRefusesAllAndNamesIt() {
        api.post(COMPLETIONS, Body.completion(List.of("a", "")).with("add_special_tokens", false))
                .error(400, "prompt[1]");
        JsonNode error =
                api.post(COMPLETIONS, Body.completion(List.of("a", "river ".repeat(1200))))
                        .error(400, "prompt");
        assertEquals("context_length_exceeded", error.get("code").asText());
        assertEquals(0, api.engine().stats().running() + api.engine().stats().waiting());
    }

    @Test
    void truncationCutsTheSideThatIsAskedFor() {
        List<Integer> all = promptIds(Body.completion("One two three four five six"));
        Body cut = Body.completion("One two three four five six").with("truncate_prompt_tokens", 4);

        assertEquals(all.subList(all.size() - 4, all.size()), promptIds(cut));
        assertEquals(all.subList(0, 4), promptIds(cut.with("truncation_side", "right")));
        assertEquals(
                100,
                promptIds(
                                Body.completion("river ".repeat(1200))
                                        .with("truncate_prompt_tokens", 100))
                        .size());
        api.post(
                        COMPLETIONS,
                        Body.completion("river ".repeat(1200)).with("truncate_prompt_tokens", -1))
                .error(400, "prompt");
    }

    @Test
    void aGapIsFilledByTheModelsOwnTokens() {
        List<Integer> ids =
                promptIds(Body.completion("The capital of ").with("suffix", " is Paris."));

        assertEquals(id("<|fim_prefix|>"), ids.get(1));
        assertTrue(ids.indexOf(id("<|fim_suffix|>")) > 2);
        assertEquals(id("<|fim_middle|>"), ids.getLast());
        api.post(COMPLETIONS, Body.completion("a").with("suffix", "b").with("echo", true))
                .error(400, "suffix");
        assertEquals(
                text(complete(Body.completion("Hi")), 0),
                text(complete(Body.completion("Hi").with("suffix", "")), 0));
    }

    private static int id(String token) {
        return api.engine().tokenizer().id(token).getAsInt();
    }

    @Test
    void anAppendedSuffixStandsBehindEveryTextAlsoInStreams() {
        Path llama2 = Path.of(System.getProperty("apus.testdata"), "models", "llama2-mha");
        try (TestApi plain = TestApi.start(llama2, b -> b, b -> b, TestApi.ENGINE)) {
            Body body = Body.completion("The quick").with("max_tokens", 4);
            Body ended = body.with("suffix", " END").with("n", 2);
            String text = text(plain.post(COMPLETIONS, body).ok(), 0);
            JsonNode whole = plain.post(COMPLETIONS, ended).ok();
            List<JsonNode> events = plain.stream(COMPLETIONS, ended);

            assertEquals(text + " END", text(whole, 0));
            assertEquals(text + " END", text(whole, 1));
            assertEquals(text + " END", text(events, 0));
            assertEquals("", events.getLast().at("/choices/0/text").asText());
            assertEquals(
                    "The quick" + text + " END",
                    text(plain.post(COMPLETIONS, ended.with("echo", true)).ok(), 0));
        }
    }

    @Test
    void aRankedStreamComesInOnePieceForEachChoice() {
        List<JsonNode> events =
                api.stream(
                        COMPLETIONS,
                        Body.completion("The")
                                .with("temperature", 1)
                                .with("n", 2)
                                .with("best_of", 3)
                                .with("ignore_eos", true));

        assertEquals(4, events.size());
    }

    @Test
    void beamsAreNoWorseThanGreedy() {
        Body body =
                Body.completion("The")
                        .with("logprobs", 0)
                        .with("ignore_eos", true)
                        .with("max_tokens", 8);
        double greedy = sum(logprobs(body));
        double beam = sum(logprobs(body.with("use_beam_search", true).with("best_of", 8)));

        assertTrue(beam >= greedy - 1e-4, beam + " and " + greedy);
    }

    private static double sum(JsonNode logprobs) {
        double sum = 0;
        for (JsonNode value : logprobs.get("token_logprobs")) {
            sum += value.doubleValue();
        }
        return sum;
    }

    @Test
    void anAddedBosHasNoTextAndTokensJoinToThePrompt() {
        JsonNode logprobs =
                logprobs(
                        Body.completion(PARIS)
                                .with("echo", true)
                                .with("max_tokens", 0)
                                .with("logprobs", 0));
        StringBuilder joined = new StringBuilder();
        logprobs.get("tokens").forEach(t -> joined.append(t.asText()));

        assertEquals("", logprobs.at("/tokens/0").asText());
        assertEquals(0, logprobs.at("/text_offset/0").intValue());
        assertEquals(0, logprobs.at("/text_offset/1").intValue());
        assertEquals(PARIS, joined.toString());
    }

    @Test
    void generatedTokensScoreAsTheyWouldInAPrompt() {
        Body body = Body.completion(PARIS).with("max_tokens", 4).with("logprobs", 0);
        JsonNode generated = complete(body);
        JsonNode scored =
                complete(
                        Body.completion(PARIS + text(generated, 0))
                                .with("echo", true)
                                .with("max_tokens", 0)
                                .with("logprobs", 0));
        JsonNode all = scored.at("/choices/0/logprobs/token_logprobs");
        JsonNode own = generated.at("/choices/0/logprobs/token_logprobs");
        int prompt = generated.at("/usage/prompt_tokens").intValue();

        assertEquals(prompt + own.size(), all.size());
        for (int i = 0; i < own.size(); i++) {
            // To the bit: a row does not depend on the batch it is computed in.
            assertEquals(own.get(i), all.get(prompt + i));
        }
    }

    @Test
    void mapsHoldTheBestAndTheTokenIfItIsNotAmongThem() {
        JsonNode logprobs =
                logprobs(
                        Body.completion(PARIS)
                                .with("temperature", 1.5)
                                .with("seed", 3)
                                .with("logprobs", 5));
        boolean six = false;
        for (int i = 0; i < logprobs.get("tokens").size(); i++) {
            JsonNode top = logprobs.get("top_logprobs").get(i);
            assertTrue(top.size() == 5 || top.size() == 6, top.toString());
            assertTrue(top.has(logprobs.get("tokens").get(i).asText()));
            six |= top.size() == 6;
        }

        assertTrue(six, "the test needs a token that is not among the best five");
    }

    @Test
    void processedLogprobsShowWhatWasForbidden() {
        int only = api.engine().tokenizer().encode(" river", false)[0];
        Body body =
                Body.completion(PARIS)
                        .with("max_tokens", 1)
                        .with("logprobs", 2)
                        .with("allowed_token_ids", List.of(only));
        try (TestApi processed =
                TestApi.start(
                        TestApi.DEMO, b -> b, b -> b.processedLogprobs(true), TestApi.ENGINE)) {
            JsonNode logprobs = processed.post(COMPLETIONS, body).ok().at("/choices/0/logprobs");

            assertEquals(0, logprobs.at("/token_logprobs/0").doubleValue());
            assertTrue(logprobs.at("/top_logprobs/0").toString().contains("-9999.0"));
        }
        assertTrue(logprobs(body).at("/token_logprobs/0").doubleValue() < -1);
    }

    @Test
    void theServerMayShowAllTokensAsIds() {
        try (TestApi ids =
                TestApi.start(TestApi.DEMO, b -> b, b -> b.tokensAsIds(true), TestApi.ENGINE)) {
            Body body = Body.chat("Hello").with("max_tokens", 1).with("logprobs", true);
            String token = "/choices/0/logprobs/content/0/token";

            assertTrue(ids.post(CHAT, body).ok().at(token).asText().startsWith("token_id:"));
            assertFalse(
                    ids.post(CHAT, body.with("return_tokens_as_token_ids", false))
                            .ok()
                            .at(token)
                            .asText()
                            .startsWith("token_id:"));
        }
    }

    @Test
    void promptLogprobsHoldThePromptsOwnTokensWithTheirRank() {
        JsonNode answer =
                complete(
                        Body.completion(PARIS)
                                .with("max_tokens", 1)
                                .with("prompt_logprobs", 1)
                                .with("return_token_ids", true));
        JsonNode places = answer.at("/choices/0/prompt_logprobs");
        JsonNode ids = answer.at("/choices/0/prompt_token_ids");
        assertEquals(ids.size(), places.size());
        for (int i = 1; i < ids.size(); i++) {
            JsonNode own = places.get(i).get(ids.get(i).asText());
            assertEquals(own.get("rank").intValue() == 1 ? 1 : 2, places.get(i).size());
        }
        JsonNode chat =
                api.post(CHAT, Body.chat("Hello").with("max_tokens", 1).with("prompt_logprobs", 0))
                        .ok();
        assertEquals(
                chat.at("/usage/prompt_tokens").intValue(), chat.get("prompt_logprobs").size());
    }

    @Test
    void tokensBehindAStopAreCountedButNotShown() {
        Body story =
                Body.chat("Tell me a story about a fox and a river.")
                        .with("max_tokens", 24)
                        .with("logprobs", true);
        JsonNode tokens = api.post(CHAT, story).ok().at("/choices/0/logprobs/content");
        String answer = text(api.post(CHAT, story).ok(), 0);
        int at = 7;
        String stop = piece(tokens, at);
        while (answer.indexOf(stop) != start(tokens, at)) {
            at++;
            stop = piece(tokens, at);
        }
        JsonNode cut = api.post(CHAT, story.with("stop", stop)).ok();

        assertEquals(at + 3, cut.at("/usage/completion_tokens").intValue());
        assertEquals(at, cut.at("/choices/0/logprobs/content").size());
    }

    private static String piece(JsonNode tokens, int at) {
        return tokens.get(at).get("token").asText()
                + tokens.get(at + 1).get("token").asText()
                + tokens.get(at + 2).get("token").asText();
    }

    private static int start(JsonNode tokens, int at) {
        int start = 0;
        for (int i = 0; i < at; i++) {
            start += tokens.get(i).get("token").asText().length();
        }
        return start;
    }

    @Test
    void theFirstTokenSeesThePromptsRepetitionOnly() {
        // The greedy token stands in the prompt; presence counts generated tokens alone.
        Body body =
                Body.completion("Paris Paris Paris Paris " + PARIS)
                        .with("max_tokens", 1)
                        .with("return_token_ids", true);
        int greedy = first(body);
        assertTrue(promptIds(body).contains(greedy));

        assertEquals(greedy, first(body.with("presence_penalty", 2)));
        assertFalse(greedy == first(body.with("repetition_penalty", 100)));
        assertEquals(greedy, first(body.with("logit_bias", Map.of())));
    }

    private static int first(Body body) {
        return complete(body).at("/choices/0/token_ids/0").intValue();
    }
}
