package apus.openai.conformance;

import static apus.openai.conformance.TestApi.CHAT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Checks 109 to 122 of the contract: chat logprobs, and formats that are refused by name. */
@Timeout(120)
class LogprobsTest {
    private static final Body STORY =
            Body.chat("Tell me a story about a fox and a river.")
                    .with("max_tokens", 12)
                    .with("logprobs", true);

    private static TestApi api;

    @BeforeAll
    static void start() {
        api = TestApi.demo();
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    private static JsonNode entries(Body body) {
        return api.post(CHAT, body).ok().get("choices").get(0).get("logprobs").get("content");
    }

    @Test
    void check109_exactlyAsManyAsAskedBestFirst() {
        for (JsonNode entry : entries(STORY.with("top_logprobs", 0))) {
            assertEquals(0, entry.get("top_logprobs").size());
            assertTrue(entry.get("logprob").doubleValue() <= 0);
        }
        for (JsonNode entry : entries(STORY.with("top_logprobs", 5))) {
            JsonNode top = entry.get("top_logprobs");
            assertEquals(5, top.size());
            for (int i = 1; i < 5; i++) {
                assertTrue(
                        top.get(i - 1).get("logprob").doubleValue()
                                >= top.get(i).get("logprob").doubleValue());
            }
            assertEquals(entry.get("token"), top.get(0).get("token"), "greedy takes the best");
        }
        api.post(CHAT, STORY.with("top_logprobs", 21)).error(400, "top_logprobs");
        api.post(CHAT, STORY.without("logprobs").with("top_logprobs", 2))
                .error(400, "top_logprobs");
    }

    @Test
    void check110_entriesJoinToTheContentAndBytesDecodeToTheirToken() {
        JsonNode response = api.post(CHAT, STORY).ok();
        StringBuilder joined = new StringBuilder();
        for (JsonNode entry : response.get("choices").get(0).get("logprobs").get("content")) {
            joined.append(entry.get("token").asText());
            byte[] bytes = new byte[entry.get("bytes").size()];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) entry.get("bytes").get(i).intValue();
            }
            assertEquals(entry.get("token").asText(), new String(bytes, StandardCharsets.UTF_8));
        }
        assertEquals(TestApi.text(response, 0), joined.toString());
    }

    @Test
    void check111_tokensCanBeShownAsIds() {
        for (JsonNode entry : entries(STORY.with("return_tokens_as_token_ids", true))) {
            assertTrue(entry.get("token").asText().matches("token_id:\\d+"), entry.toString());
        }
    }

    @Test
    void theEndOfSequenceHasNoEntry() {
        Body hello = Body.chat("Hello").with("logprobs", true);
        JsonNode response = api.post(CHAT, hello).ok();
        assertEquals(
                response.get("usage").get("completion_tokens").intValue() - 1,
                response.get("choices").get(0).get("logprobs").get("content").size());
    }

    @Test
    void check114to116_formatsThatCannotBeHonouredAreRefusedByName() {
        Body hello = Body.chat("Hello").with("max_tokens", 2);
        api.post(CHAT, hello.with("response_format", Map.of("type", "text"))).ok();
        for (Map<String, Object> format :
                List.<Map<String, Object>>of(
                        Map.of("type", "json_schema"),
                        Map.of("type", "sound"),
                        Map.of("type", "json_object"),
                        Map.of(
                                "type",
                                "json_schema",
                                "json_schema",
                                Map.of("schema", Map.of("type", "hiccup"))))) {
            JsonNode error = api.post(CHAT, hello.with("response_format", format)).error(400, "");
            assertTrue(error.get("param").asText().startsWith("response_format"), error.toString());
        }
    }

    @Test
    void constraintsAreNeverDroppedSilently() {
        Body hello = Body.chat("Hello").with("max_tokens", 2);
        for (String field :
                List.of(
                        "guided_json",
                        "guided_regex",
                        "guided_choice",
                        "guided_grammar",
                        "structured_outputs",
                        "grammar",
                        "json_schema",
                        "tools")) {
            Object value =
                    field.equals("guided_choice") || field.equals("tools")
                            ? List.of("a")
                            : field.equals("guided_regex")
                                            || field.equals("guided_grammar")
                                            || field.equals("grammar")
                                    ? "a"
                                    : Map.of("regex", "a");
            api.post(CHAT, hello.with(field, value)).error(400, field);
        }
        api.post(CHAT, hello.with("tool_choice", "auto")).error(400, "tool_choice");
    }
}
