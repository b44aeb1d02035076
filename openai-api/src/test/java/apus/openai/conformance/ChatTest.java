package apus.openai.conformance;

import static apus.openai.conformance.TestApi.CHAT;
import static apus.openai.conformance.TestApi.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks 17 to 72 of the contract: chat basics, by number. */
@Timeout(300)
class ChatTest {
    private static final String STORY = "Tell me a story about a fox and a river.";

    private static TestApi api;

    @BeforeAll
    static void start() {
        api = TestApi.demo();
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    private static JsonNode chat(Body body) {
        return api.post(CHAT, body).ok();
    }

    private static String answer(Body body) {
        return text(chat(body), 0);
    }

    private static int promptTokens(Body body) {
        return chat(body.with("max_tokens", 1)).get("usage").get("prompt_tokens").intValue();
    }

    private static int[] tokenIds(JsonNode response) {
        JsonNode ids = response.get("choices").get(0).get("token_ids");
        return IntStream.range(0, ids.size()).map(i -> ids.get(i).intValue()).toArray();
    }

    private static int[] greedyIds(Body body) {
        return tokenIds(chat(body.with("return_token_ids", true)));
    }

    private static void refused(Body body, String param) {
        api.post(CHAT, body).error(400, param);
    }

    @Test
    void check017_oneUserMessageIsAnswered() {
        JsonNode response = chat(Body.chat("Hello"));
        assertEquals("chat.completion", response.get("object").asText());
        assertTrue(response.get("id").asText().startsWith("chatcmpl-"));
        assertEquals("apus-demo", response.get("model").asText());
        JsonNode choice = response.get("choices").get(0);
        assertEquals("assistant", choice.get("message").get("role").asText());
        assertEquals("Hi! What can I do for you?", text(response, 0));
        assertEquals("stop", choice.get("finish_reason").asText());
        assertTrue(choice.has("logprobs") && choice.get("logprobs").isNull());
        assertTrue(choice.get("message").get("refusal").isNull());
        assertTrue(response.get("system_fingerprint").asText().startsWith("fp_"));
    }

    @Test
    void check018_maxTokensEndsWithLength() {
        JsonNode response = chat(Body.chat(STORY).with("max_tokens", 5));
        assertEquals("length", response.get("choices").get(0).get("finish_reason").asText());
        assertEquals(5, response.get("usage").get("completion_tokens").intValue());
    }

    @Test
    void check019_usageAddsUp() {
        JsonNode usage = chat(Body.chat("Hello")).get("usage");
        assertEquals(
                usage.get("total_tokens").intValue(),
                usage.get("prompt_tokens").intValue() + usage.get("completion_tokens").intValue());
    }

    @Test
    void check020_maxCompletionTokensWins() {
        Body body = Body.chat(STORY).with("max_tokens", 9).with("max_completion_tokens", 3);
        assertEquals(3, chat(body).get("usage").get("completion_tokens").intValue());
    }

    @Test
    void check021_promptTokensAreThoseOfTokenize() {
        Object[] messages = {
            Body.message("system", "Talk like a pirate."), Body.message("user", "Hi")
        };
        JsonNode counted =
                api.post("/tokenize", Body.empty().with("messages", List.of(messages))).ok();
        assertEquals(counted.get("count").intValue(), promptTokens(Body.messages(messages)));
    }

    @Test
    void check022_textPartsAreJoined() {
        List<Map<String, String>> parts =
                List.of(Map.of("type", "text", "text", "a"), Map.of("type", "text", "text", "b"));
        assertEquals(
                promptTokens(Body.chat("ab")),
                promptTokens(Body.messages(Body.message("user", parts))));
    }

    @Test
    void check023_aStringIsOneUserMessage() {
        Body string = Body.empty().with("messages", "Hello").with("temperature", 0);
        assertEquals(answer(Body.chat("Hello")), answer(string));
    }

    @Test
    void check024to028_badMessagesAreNamed() {
        refused(Body.messages(), "messages");
        refused(Body.empty().with("temperature", 0), "messages");
        refused(Body.messages(123), "messages[0]");
        refused(Body.messages(Map.of("role", 5, "content", "a")), "messages[0].role");
        refused(Body.messages(Body.message("user", 123)), "messages[0].content");
    }

    @Test
    void check029_picturesAreRefused() {
        Map<String, Object> part =
                Map.of("type", "image_url", "image_url", Map.of("url", "http://127.0.0.1/a.png"));
        refused(Body.messages(Body.message("user", List.of(part))), "");
    }

    @Test
    void check030_conversationsGoOn() {
        Body body =
                Body.messages(
                        Body.message("system", "You are a helpful assistant."),
                        Body.message("user", "What is the capital of France?"),
                        Body.message("assistant", "The capital of France is Paris."),
                        Body.message("user", "And of Italy?"));
        assertTrue(answer(body).contains("Rome"), answer(body));
    }

    @Test
    void check031_developerIsASystemMessageWhereTheTemplateLacksIt() {
        Body developer =
                Body.messages(
                        Body.message("developer", "Talk like a pirate."),
                        Body.message("user", "Hello"));
        Body system =
                Body.messages(
                        Body.message("system", "Talk like a pirate."),
                        Body.message("user", "Hello"));
        assertEquals(answer(system), answer(developer));
    }

    @Test
    void check032_greedyRepeats() {
        assertEquals(answer(Body.chat(STORY)), answer(Body.chat(STORY)));
    }

    @Test
    void check033_seedsRepeatAndDiffer() {
        Body body = Body.chat(STORY).with("temperature", 1).with("max_tokens", 40);
        assertEquals(answer(body.with("seed", 7)), answer(body.with("seed", 7)));
        assertNotEquals(answer(body.with("seed", 7)), answer(body.with("seed", 8)));
    }

    @Test
    void check034_choicesDifferAndTheFirstIsTheOneAlone() {
        Body body = Body.chat(STORY).with("temperature", 1).with("seed", 1).with("max_tokens", 30);
        JsonNode three = chat(body.with("n", 3));
        assertEquals(3, three.get("choices").size());
        for (int i = 0; i < 3; i++) {
            assertEquals(i, three.get("choices").get(i).get("index").intValue());
        }
        assertEquals(answer(body), text(three, 0));
        assertFalse(text(three, 0).equals(text(three, 1)) && text(three, 1).equals(text(three, 2)));
    }

    @Test
    void check035_greedyChoicesAreEqualAndAllCounted() {
        JsonNode one = chat(Body.chat("Hello"));
        JsonNode two = chat(Body.chat("Hello").with("n", 2));
        assertEquals(text(two, 0), text(two, 1));
        assertEquals(
                2 * one.get("usage").get("completion_tokens").intValue(),
                two.get("usage").get("completion_tokens").intValue());
    }

    @ParameterizedTest
    @CsvSource({
        "n, 0",
        "n, 100000",
        "temperature, -0.1",
        "temperature, 2.1",
        "temperature, '\"hot\"'",
        "top_p, 0",
        "top_p, 1.1",
        "min_p, 1.5",
        "top_k, -2",
        "presence_penalty, 2.1",
        "frequency_penalty, -2.1",
        "repetition_penalty, 0",
        "max_tokens, 0",
        "max_tokens, -1",
        "n, true",
        "n, 1.5",
        "stop_token_ids, '\"a\"'",
        "logit_bias, '{\"abc\":1}'",
        "logit_bias, '{\"2048\":1}'",
        "bad_words, '[\"\"]'",
        "allowed_token_ids, '[]'",
        "allowed_token_ids, '[2048]'",
        "top_logprobs, 5",
        "stream, 1",
        "seed, '\"x\"'",
        "truncate_prompt_tokens, 0",
        "chat_template, '\"x\"'",
        "best_of, 0",
        "length_penalty, '\"a\"'",
        "stream_options, '{\"include_usage\":true}'",
        "priority, 1",
        "logprobs, 5",
    })
    void check036to055_valuesOutOfRangeAreRefusedByName(String field, String json) {
        String body = Body.chat("Hello").without(field).toString();
        String with = body.substring(0, body.length() - 1) + ",\"" + field + "\":" + json + "}";
        JsonNode error = api.post(CHAT, with).error(400, "");
        assertTrue(
                error.get("param").asText().startsWith(field)
                        || error.get("message").asText().contains(field),
                error.toString());
        assertEquals("invalid_request_error", error.get("type").asText());
        assertFalse(error.get("code").isNull());
    }

    @Test
    void check045_topKZeroAndMinusOneAreBothOff() {
        Body body = Body.chat(STORY).with("temperature", 1).with("seed", 3).with("max_tokens", 20);
        assertEquals(answer(body.with("top_k", 0)), answer(body.with("top_k", -1)));
        assertEquals(answer(body.with("top_k", 0)), answer(body));
    }

    @Test
    void check050_nullIsTheSameAsOmitted() {
        Body body = Body.chat("Hello").with("max_tokens", 8);
        Body nulls = body;
        for (String field :
                List.of(
                        "top_p",
                        "n",
                        "max_completion_tokens",
                        "seed",
                        "stop",
                        "stream",
                        "presence_penalty",
                        "frequency_penalty",
                        "logit_bias",
                        "user",
                        "best_of",
                        "top_k",
                        "ignore_eos",
                        "use_beam_search",
                        "stop_token_ids",
                        "skip_special_tokens",
                        "spaces_between_special_tokens",
                        "add_generation_prompt",
                        "echo",
                        "repetition_penalty",
                        "min_p",
                        "length_penalty",
                        "early_stopping",
                        "include_stop_str_in_output",
                        "stream_options",
                        "logprobs",
                        "top_logprobs",
                        "min_tokens",
                        "bad_words",
                        "allowed_token_ids",
                        "truncate_prompt_tokens",
                        "return_token_ids",
                        "continue_final_message",
                        "chat_template",
                        "chat_template_kwargs",
                        "response_format",
                        "tools",
                        "tool_choice",
                        "guided_json",
                        "model",
                        "prompt_logprobs",
                        "functions",
                        "documents",
                        "request_id")) {
            nulls = nulls.with(field, null);
        }
        assertEquals(answer(body), answer(nulls));
    }

    @Test
    void check051and052_aSetOfOneIsGreedy() {
        Body body = Body.chat(STORY).with("max_tokens", 24);
        String greedy = answer(body);
        assertEquals(greedy, answer(body.with("temperature", 1.5).with("top_k", 1)));
        assertEquals(greedy, answer(body.with("temperature", 1.5).with("top_p", 0.000001)));
    }

    @Test
    void check053and054_logitBiasForcesAndForbids() {
        int[] greedy = greedyIds(Body.chat("Hello").with("max_tokens", 1));
        int other = greedy[0] == 300 ? 301 : 300;
        Body forced =
                Body.chat("Hello")
                        .with("max_tokens", 3)
                        .with("logit_bias", Map.of(String.valueOf(other), 100));
        for (int id : greedyIds(forced)) {
            assertEquals(other, id);
        }
        Body forbidden =
                Body.chat("Hello")
                        .with("max_tokens", 1)
                        .with("logit_bias", Map.of(String.valueOf(greedy[0]), -100));
        assertNotEquals(greedy[0], greedyIds(forbidden)[0]);
    }

    @Test
    void check056_frequencyPenaltyBreaksLoops() {
        Body loop =
                Body.chat("Say hello hello hello hello hello hello.")
                        .with("ignore_eos", true)
                        .with("max_tokens", 80);
        assertTrue(
                highestCount(greedyIds(loop.with("frequency_penalty", 2)))
                        < highestCount(greedyIds(loop)));
    }

    private static int highestCount(int[] ids) {
        int highest = 0;
        for (int id : ids) {
            highest = Math.max(highest, (int) IntStream.of(ids).filter(i -> i == id).count());
        }
        return highest;
    }

    @Test
    void check057_repetitionPenaltyCountsThePromptAndPresenceDoesNot() {
        // The answer repeats what the prompt holds.
        Body echoing =
                Body.chat("Say hello hello hello hello hello hello.")
                        .with("ignore_eos", true)
                        .with("max_tokens", 60);
        assertEquals(greedyIds(echoing)[0], greedyIds(echoing.with("presence_penalty", 1.5))[0]);
        assertNotEquals(answer(echoing), answer(echoing.with("repetition_penalty", 1.5)));
    }

    @Test
    void check058_onlyAllowedTokensAreDrawn() {
        Body body =
                Body.chat("Hello")
                        .with("temperature", 1)
                        .with("seed", 5)
                        .with("max_tokens", 12)
                        .with("allowed_token_ids", Body.ids(300, 301));
        for (int id : greedyIds(body)) {
            assertTrue(id == 300 || id == 301, "drew " + id);
        }
    }

    @Test
    void check059_badWordsAreAbsent() {
        String word = "Hi";
        assertTrue(answer(Body.chat("Hello")).contains(word));
        assertFalse(answer(Body.chat("Hello").with("bad_words", List.of(word))).contains(word));
    }

    @Test
    void check060and061_minTokensHoldsBackTheEnd() {
        Body body = Body.chat("Hello").with("min_tokens", 20).with("max_tokens", 30);
        assertTrue(chat(body).get("usage").get("completion_tokens").intValue() >= 20);
        refused(Body.chat("Hello").with("min_tokens", 9).with("max_tokens", 8), "min_tokens");
    }

    @Test
    void check062_ignoreEosGoesOnToTheEnd() {
        JsonNode response =
                chat(Body.chat("Hello").with("ignore_eos", true).with("max_tokens", 64));
        assertEquals("length", response.get("choices").get(0).get("finish_reason").asText());
        assertEquals(64, response.get("usage").get("completion_tokens").intValue());
    }

    @Test
    void check063_fieldsThatNeedNoHonouringAreAccepted() {
        Body body =
                Body.chat("Hello")
                        .with("max_tokens", 2)
                        .with("user", "me")
                        .with("metadata", Map.of("a", "b"))
                        .with("store", true)
                        .with("service_tier", "auto")
                        .with("prompt_cache_key", "k")
                        .with("safety_identifier", "s")
                        .with("verbosity", "low")
                        .with("modalities", List.of("text"));
        TestApi.Reply reply = api.post(CHAT, body);
        reply.ok();
        assertTrue(reply.response().headers().firstValue("x-ignored-params").isEmpty());
        assertEquals("default", reply.json().get("service_tier").asText());
    }

    @Test
    void check064_unknownFieldsAreNamedInAHeader() {
        TestApi.Reply reply =
                api.post(CHAT, Body.chat("Hello").with("max_tokens", 1).with("foo", 1));
        reply.ok();
        assertEquals("foo", reply.response().headers().firstValue("x-ignored-params").orElse(""));
    }

    @Test
    void check065_extraBodyBelongsAtTheTopLevel() {
        Body body = Body.chat("Hello").with("max_tokens", 1);
        for (Object value : List.of(Map.of("top_k", 1), Map.of(), 1)) {
            JsonNode error =
                    api.post(CHAT, body.with("extra_body", value)).error(400, "extra_body");
            assertTrue(error.get("message").asText().contains("top level"), error.toString());
        }
    }

    @Test
    void check066_theGenerationPromptCosts() {
        assertNotEquals(
                promptTokens(Body.chat("Hello")),
                promptTokens(Body.chat("Hello").with("add_generation_prompt", false)));
    }

    private static Body sky() {
        return Body.messages(
                        Body.message("user", "What colour is the sky?"),
                        Body.message("assistant", "The sky is"))
                .with("continue_final_message", true)
                .with("max_tokens", 12);
    }

    @Test
    void check067_aFinalMessageIsContinued() {
        String text = answer(sky());
        assertTrue(text.contains("blue"), text);
        assertFalse(text.startsWith("The sky is"), text);
        refused(sky().with("add_generation_prompt", true), "");
        refused(Body.chat("Hello").with("continue_final_message", true), "");
    }

    @Test
    void check068_echoShowsTheMessageThatIsContinued() {
        assertEquals("The sky is" + answer(sky()), answer(sky().with("echo", true)));
    }

    @Test
    void check070_templateVariablesAreAccepted() {
        assertEquals(
                answer(Body.chat("Hello")),
                answer(
                        Body.chat("Hello")
                                .with("chat_template_kwargs", Map.of("enable_thinking", false))));
        refused(
                Body.chat("Hello").with("chat_template_kwargs", Map.of("messages", List.of())),
                "chat_template_kwargs.messages");
    }

    @Test
    void check071and072_theContextIsTheLimit() {
        Map<String, Object> longMessage =
                new LinkedHashMap<>(Body.message("user", "hello ".repeat(1200)));
        JsonNode tooLong = api.post(CHAT, Body.messages(longMessage)).error(400, "");
        assertEquals("context_length_exceeded", tooLong.get("code").asText());
        JsonNode together =
                api.post(CHAT, Body.chat("Hello").with("max_tokens", 1024)).error(400, "");
        assertEquals("context_length_exceeded", together.get("code").asText());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "audio",
                "web_search_options",
                "functions",
                "function_call",
                "kv_transfer_params",
                "logits_processors",
                "prompt_embeds"
            })
    void whatCannotBeHonouredIsRefused(String field) {
        JsonNode error =
                api.post(CHAT, Body.chat("Hello").with(field, Map.of("a", 1))).error(400, field);
        assertEquals("unsupported_parameter", error.get("code").asText());
    }

    @Test
    void chatTemperatureIsSevenTenthsUnlessSaid() {
        Body body = Body.chat(STORY).without("temperature").with("seed", 4).with("max_tokens", 40);
        assertEquals(answer(body.with("temperature", 0.7)), answer(body));
        assertNotEquals(answer(body.with("temperature", 1.6)), answer(body));
    }

    @Test
    void beamsAnswerChatsToo() {
        Body body =
                Body.chat(STORY)
                        .with("use_beam_search", true)
                        .with("n", 2)
                        .with("best_of", 3)
                        .with("max_tokens", 12)
                        .with("early_stopping", "never")
                        .with("length_penalty", 0.8);
        JsonNode response = chat(body);
        assertEquals(2, response.get("choices").size());
        assertNotEquals(text(response, 0), text(response, 1));
        assertEquals(response.get("choices"), chat(body).get("choices"));
    }
}
