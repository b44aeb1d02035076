package apus.openai.conformance;

import static apus.openai.conformance.TestApi.COMPLETIONS;
import static apus.openai.conformance.TestApi.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks 85 to 108 of the contract: completions, by number. */
@Timeout(300)
class CompletionsTest {
    private static final String PROMPT = "The capital of France is";

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

    private static JsonNode choice(Body body) {
        return complete(body).get("choices").get(0);
    }

    private static String answer(Body body) {
        return text(complete(body), 0);
    }

    private static List<Integer> tokens(String text) {
        List<Integer> ids = new ArrayList<>();
        api.post("/tokenize", Body.empty().with("prompt", text))
                .ok()
                .get("tokens")
                .forEach(id -> ids.add(id.intValue()));
        return ids;
    }

    @Test
    void check085_aPromptIsCompleted() {
        JsonNode response = complete(Body.completion(PROMPT).with("ignore_eos", true));
        assertEquals("text_completion", response.get("object").asText());
        assertTrue(response.get("id").asText().startsWith("cmpl-"));
        assertEquals(16, response.get("usage").get("completion_tokens").intValue());
        assertTrue(text(response, 0).contains("Paris"), text(response, 0));
    }

    @Test
    void check086_tokenIdsGiveTheSameText() {
        assertEquals(answer(Body.completion(PROMPT)), answer(Body.completion(tokens(PROMPT))));
    }

    @Test
    void check087to089_listsOfPromptsGiveAChoiceEach() {
        JsonNode two = complete(Body.completion(List.of(PROMPT, "One, two,")));
        assertEquals(2, two.get("choices").size());
        assertEquals(1, two.get("choices").get(1).get("index").intValue());
        assertEquals(answer(Body.completion("One, two,")), text(two, 1));
        JsonNode ids = complete(Body.completion(List.of(List.of(1, 2), List.of(3))));
        assertEquals(2, ids.get("choices").size());
        JsonNode same = complete(Body.completion(List.of(PROMPT, PROMPT)));
        assertEquals(text(same, 0), text(same, 1));
    }

    @Test
    void check090_promptsTimesChoicesAreNumberedThrough() {
        Body body =
                Body.completion(List.of(PROMPT, "One, two,"))
                        .with("n", 2)
                        .with("temperature", 1)
                        .with("seed", 9);
        JsonNode response = complete(body);
        for (int i = 0; i < 4; i++) {
            assertEquals(i, response.get("choices").get(i).get("index").intValue());
        }
        JsonNode first = complete(body.with("prompt", PROMPT));
        assertEquals(text(first, 0), text(response, 0));
        assertEquals(text(first, 1), text(response, 1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "[1,\"a\"]",
                "[-1]",
                "[999999999]",
                "{}",
                "[[]]",
                "[[1],\"a\"]",
                "3",
                "true",
                "[1.5]",
                "null"
            })
    void check091_badPromptsAreRefused(String prompt) {
        JsonNode error = api.post(COMPLETIONS, "{\"prompt\":" + prompt + "}").error(400, "");
        assertTrue(error.get("param").asText().startsWith("prompt"), error.toString());
    }

    @Test
    void check091_aMissingPromptIsNamed() {
        api.post(COMPLETIONS, "{}").error(400, "prompt");
    }

    @Test
    void check092_echoBeginsWithThePrompt() {
        for (String prompt : List.of(PROMPT, "Zürich 🌍 é\n", " leading")) {
            Body body = Body.completion(prompt).with("max_tokens", 4);
            assertEquals(prompt + answer(body), answer(body.with("echo", true)));
        }
        Body two =
                Body.completion(List.of(PROMPT, "One,"))
                        .with("echo", true)
                        .with("n", 2)
                        .with("max_tokens", 2);
        JsonNode response = complete(two);
        assertTrue(text(response, 1).startsWith(PROMPT));
        assertTrue(text(response, 3).startsWith("One,"));
    }

    @Test
    void check093_nothingIsGeneratedForMaxTokensZero() {
        JsonNode response =
                complete(Body.completion(PROMPT).with("max_tokens", 0).with("echo", true));
        assertEquals(PROMPT, text(response, 0));
        assertEquals("length", response.get("choices").get(0).get("finish_reason").asText());
        assertEquals(0, response.get("usage").get("completion_tokens").intValue());
        assertEquals("", answer(Body.completion(PROMPT).with("max_tokens", 0)));
    }

    @Test
    void check094_scoringCoversThePrompt() {
        JsonNode response =
                complete(
                        Body.completion(PROMPT)
                                .with("max_tokens", 0)
                                .with("echo", true)
                                .with("logprobs", 1));
        JsonNode logprobs = response.get("choices").get(0).get("logprobs");
        int tokens = response.get("usage").get("prompt_tokens").intValue();
        for (String array : List.of("tokens", "token_logprobs", "top_logprobs", "text_offset")) {
            assertEquals(tokens, logprobs.get(array).size(), array);
        }
        assertTrue(logprobs.get("token_logprobs").get(0).isNull());
        assertTrue(logprobs.get("top_logprobs").get(0).isNull());
        for (int i = 1; i < tokens; i++) {
            assertTrue(logprobs.get("token_logprobs").get(i).doubleValue() <= 0);
        }
    }

    @Test
    void check095_zeroLogprobsShowTheTokenAlone() {
        JsonNode logprobs =
                choice(
                                Body.completion(PROMPT)
                                        .with("max_tokens", 5)
                                        .with("echo", true)
                                        .with("logprobs", 0))
                        .get("logprobs");
        for (int i = 1; i < logprobs.get("top_logprobs").size(); i++) {
            assertEquals(1, logprobs.get("top_logprobs").get(i).size());
        }
    }

    @Test
    void check096_theChosenTokenIsAlwaysThere() {
        JsonNode logprobs =
                choice(
                                Body.completion(PROMPT)
                                        .with("temperature", 2)
                                        .with("seed", 1)
                                        .with("ignore_eos", true)
                                        .with("logprobs", 5))
                        .get("logprobs");
        for (int i = 0; i < logprobs.get("tokens").size(); i++) {
            JsonNode top = logprobs.get("top_logprobs").get(i);
            assertTrue(top.size() >= 1 && top.size() <= 6, top.toString());
            assertTrue(top.has(logprobs.get("tokens").get(i).asText()), top.toString());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "logprobs, 21",
        "logprobs, -2",
        "logprobs, '\"x\"'",
        "logprobs, true",
        "max_tokens, -1",
        "best_of, 0",
        "echo, 1",
        "suffix, 5",
        "n, 0",
        "truncate_prompt_tokens, 0",
        "truncate_prompt_tokens, -2",
        "prompt_logprobs, -2",
    })
    void check097_valuesOutOfRangeAreRefused(String field, String json) {
        api.post(COMPLETIONS, "{\"prompt\":\"a\",\"" + field + "\":" + json + "}")
                .error(400, field);
    }

    @Test
    void check098_logprobsAreNullUnlessAsked() {
        assertTrue(choice(Body.completion(PROMPT).with("logprobs", null)).get("logprobs").isNull());
    }

    @Test
    void check099_tokensJoinedAreTheTextAndOffsetsCountCodePoints() {
        Body body =
                Body.completion("Zürich 🌍 is")
                        .with("echo", true)
                        .with("logprobs", 1)
                        .with("max_tokens", 8)
                        .with("add_special_tokens", false);
        JsonNode choice = choice(body);
        JsonNode logprobs = choice.get("logprobs");
        String text = choice.get("text").asText();
        StringBuilder joined = new StringBuilder();
        boolean pieces = false;
        for (int i = 0; i < logprobs.get("tokens").size(); i++) {
            String token = logprobs.get("tokens").get(i).asText();
            int offset = logprobs.get("text_offset").get(i).intValue();
            if (token.startsWith("bytes:")) {
                pieces = true;
            } else {
                int at = text.offsetByCodePoints(0, offset);
                assertTrue(text.startsWith(token, at), token + " at " + offset);
                joined.append(token);
            }
        }
        assertTrue(pieces || joined.toString().equals(text), joined.toString());
        JsonNode plain = choice(body.with("prompt", "One, two,"));
        StringBuilder all = new StringBuilder();
        plain.get("logprobs").get("tokens").forEach(t -> all.append(t.asText()));
        assertEquals(plain.get("text").asText(), all.toString());
    }

    @Test
    void check100_logprobsAreThoseOfTheModelNotOfTheSampler() {
        Body forced =
                Body.completion(PROMPT)
                        .with("logprobs", 0)
                        .with("max_tokens", 1)
                        .with("logit_bias", Map.of("300", 100));
        assertEquals(
                first(forced.with("temperature", 0.3)),
                first(forced.with("temperature", 1.7)),
                1e-6);
    }

    private static double first(Body body) {
        return choice(body).get("logprobs").get("token_logprobs").get(0).doubleValue();
    }

    private static double sum(JsonNode choice) {
        double sum = 0;
        for (JsonNode value : choice.get("logprobs").get("token_logprobs")) {
            sum += value.doubleValue();
        }
        return sum;
    }

    @Test
    void check101_bestOfIsTheLikeliestOfTheSameCandidates() {
        Body body =
                Body.completion(PROMPT)
                        .with("temperature", 1)
                        .with("seed", 5)
                        .with("ignore_eos", true)
                        .with("logprobs", 0);
        JsonNode three = complete(body.with("n", 3));
        JsonNode best = three.get("choices").get(0);
        for (JsonNode candidate : three.get("choices")) {
            if (sum(candidate) > sum(best)) {
                best = candidate;
            }
        }
        JsonNode response = complete(body.with("best_of", 3));
        assertEquals(1, response.get("choices").size());
        assertEquals(best.get("text"), response.get("choices").get(0).get("text"));
        assertEquals(0, response.get("choices").get(0).get("index").intValue());
        assertEquals(48, response.get("usage").get("completion_tokens").intValue());
    }

    @Test
    void check102_bestOfMustNotBeLessThanN() {
        api.post(COMPLETIONS, Body.completion(PROMPT).with("best_of", 1).with("n", 2))
                .error(400, "best_of");
    }

    @Test
    void check104_beamsDifferAndRepeat() {
        Body body =
                Body.completion(PROMPT)
                        .with("use_beam_search", true)
                        .with("n", 2)
                        .with("best_of", 4)
                        .with("logprobs", 0)
                        .with("ignore_eos", true)
                        .with("max_tokens", 8);
        JsonNode response = complete(body);
        assertNotEquals(text(response, 0), text(response, 1));
        assertEquals(response.get("choices"), complete(body).get("choices"));
        assertTrue(sum(response.get("choices").get(0)) >= sum(response.get("choices").get(1)));
    }

    @Test
    void check105_aBeamOfOneIsGreedy() {
        Body body = Body.completion(PROMPT).with("ignore_eos", true);
        assertEquals(
                answer(body),
                answer(body.with("use_beam_search", true).with("best_of", 1).with("n", 1)));
    }

    @Test
    void check106_aSuffixIsAppendedWhereTheModelCannotFillIn() {
        Path llama2 = Path.of(System.getProperty("apus.testdata"), "models", "llama2-mha");
        try (TestApi plain = TestApi.start(llama2, b -> b, b -> b, TestApi.ENGINE)) {
            JsonNode response =
                    plain.post(
                                    COMPLETIONS,
                                    Body.completion("Hello")
                                            .with("suffix", " END")
                                            .with("max_tokens", 4))
                            .ok();
            assertTrue(text(response, 0).endsWith(" END"), text(response, 0));
            assertEquals(4, response.get("usage").get("completion_tokens").intValue());
        }
    }

    @Test
    void theDemoModelFillsInTheMiddle() {
        JsonNode choice = choice(Body.completion("The capital of").with("suffix", " is Paris."));
        assertFalse(choice.get("text").asText().endsWith(" is Paris."), choice.toString());
        api.post(COMPLETIONS, Body.completion(Body.ids(1, 2)).with("suffix", "x")).error(400, "");
    }

    @Test
    void check107_promptsAreTruncatedOnTheLeft() {
        JsonNode response =
                complete(
                        Body.completion(PROMPT)
                                .with("truncate_prompt_tokens", 4)
                                .with("return_token_ids", true));
        assertEquals(4, response.get("usage").get("prompt_tokens").intValue());
        List<Integer> all = tokens(PROMPT);
        JsonNode kept = response.get("choices").get(0).get("prompt_token_ids");
        for (int i = 0; i < 4; i++) {
            assertEquals(all.get(all.size() - 4 + i), kept.get(i).intValue());
        }
    }

    @Test
    void check108_promptLogprobsAreMapsById() {
        Body body = Body.completion(PROMPT).with("prompt_logprobs", 1);
        JsonNode logprobs = choice(body).get("prompt_logprobs");
        assertTrue(logprobs.get(0).isNull());
        for (int i = 1; i < logprobs.size(); i++) {
            JsonNode entry = logprobs.get(i).elements().next();
            assertTrue(entry.has("logprob") && entry.has("rank") && entry.has("decoded_token"));
        }
        api.post(COMPLETIONS, body.with("stream", true)).error(400, "");
    }

    @Test
    void completionTemperatureIsOneUnlessSaid() {
        Body body = Body.completion("Once upon a time").without("temperature").with("seed", 4);
        assertEquals(answer(body.with("temperature", 1)), answer(body));
    }

    @Test
    void anEmptyPromptWorksBecauseABeginningIsAdded() {
        JsonNode response = complete(Body.completion("").with("max_tokens", 1));
        assertTrue(response.get("usage").get("prompt_tokens").intValue() >= 1);
        api.post(COMPLETIONS, Body.completion("").with("add_special_tokens", false))
                .error(400, "prompt");
    }
}
