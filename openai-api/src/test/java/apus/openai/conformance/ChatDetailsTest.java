package apus.openai.conformance;

import static apus.openai.conformance.TestApi.CHAT;
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

/** What the numbered checks leave open about chats: ids, roles, tools in history, templates. */
class ChatDetailsTest {
    private static TestApi api;

    @BeforeAll
    static void start() {
        api = with(b -> b.servedNames(List.of("org/demo", "demo:latest")));
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    private static TestApi with(UnaryOperator<ApiSettings.Builder> settings) {
        return TestApi.start(TestApi.DEMO, b -> b, settings, TestApi.ENGINE);
    }

    private static List<Integer> promptIds(TestApi server, Body body) {
        List<Integer> ids = new ArrayList<>();
        server.post(CHAT, body.with("max_tokens", 1).with("return_token_ids", true))
                .ok()
                .get("prompt_token_ids")
                .forEach(id -> ids.add(id.intValue()));
        return ids;
    }

    @Test
    void theIdIsMadeFromTheRequestId() {
        TestApi.Reply plain = api.post(CHAT, Body.chat("Hello").with("max_tokens", 1));
        TestApi.Reply chosen =
                api.post(
                        CHAT,
                        Body.chat("Hello").with("max_tokens", 1).with("request_id", "my.id-1"));
        TestApi.Reply bad =
                api.post(
                        CHAT,
                        Body.chat("Hello").with("max_tokens", 1).with("request_id", "a\r\nb"));

        assertEquals("chatcmpl-" + header(plain, "x-request-id"), plain.ok().get("id").asText());
        assertEquals("chatcmpl-my.id-1", chosen.ok().get("id").asText());
        assertEquals("my.id-1", header(chosen, "x-request-id"));
        assertEquals("chatcmpl-" + header(bad, "x-request-id"), bad.ok().get("id").asText());
    }

    private static String header(TestApi.Reply reply, String name) {
        return reply.response().headers().firstValue(name).orElse("");
    }

    @Test
    void theModelIsTheNameTheRequestGave() {
        Body body = Body.chat("Hello").with("max_tokens", 1);

        assertEquals("org/demo", api.post(CHAT, body).ok().get("model").asText());
        assertEquals(
                "demo:latest",
                api.post(CHAT, body.with("model", "demo:latest")).ok().get("model").asText());
        assertEquals(
                "model_not_found",
                api.post(CHAT, body.with("model", "other")).error(404, "").get("code").asText());
    }

    @Test
    void check123_aToolMessageIsAnsweredAndItsCallTemplatedAsAnObject() {
        Map<String, Object> call =
                Map.of(
                        "id",
                        "call_123456789",
                        "type",
                        "function",
                        "function",
                        Map.of("name", "weather", "arguments", "{ \"city\":\"Rome\" }"));
        Map<String, Object> assistant = Body.message("assistant", null);
        assistant.put("tool_calls", List.of(call));
        Map<String, Object> tool = Body.message("tool", "sunny, 21 degrees");
        tool.put("tool_call_id", "call_123456789");
        Body body = Body.messages(Body.message("user", "Weather in Rome?"), assistant, tool);

        assertFalse(text(api.post(CHAT, body).ok(), 0).isEmpty());
        String prompt =
                api.post("/apply-template", body.without("temperature"))
                        .ok()
                        .get("prompt")
                        .asText();
        assertTrue(
                prompt.contains("{\"name\": \"weather\", \"arguments\": {\"city\": \"Rome\"}}"),
                prompt);
    }

    @Test
    void aRoleThatNobodyKnowsIsRefused() {
        JsonNode error =
                api.post(CHAT, Body.messages(Body.message("narrator", "Once")))
                        .error(400, "messages[0].role");

        assertTrue(error.get("message").asText().contains("\"narrator\""));
    }

    @Test
    void withoutTheHeadOfAnAnswerItTakesTheLastRole() {
        Body body = Body.chat("Hello").with("max_tokens", 2).with("add_generation_prompt", false);
        JsonNode message = api.post(CHAT, body).ok().at("/choices/0/message");
        JsonNode echoed = api.post(CHAT, body.with("echo", true)).ok().at("/choices/0/message");

        assertEquals("user", message.get("role").asText());
        assertEquals("Hello" + message.get("content").asText(), echoed.get("content").asText());
    }

    @Test
    void echoIsSilentIfTheLastMessageHasAnotherRole() {
        Body body = Body.chat("Hello");

        assertEquals(
                text(api.post(CHAT, body).ok(), 0),
                text(api.post(CHAT, body.with("echo", true)).ok(), 0));
    }

    @Test
    void theRoleOfAnswersCanBeSet() {
        try (TestApi bot = with(b -> b.responseRole("bot"))) {
            JsonNode answer = bot.post(CHAT, Body.chat("Hello").with("max_tokens", 1)).ok();

            assertEquals("bot", answer.at("/choices/0/message/role").asText());
        }
    }

    @Test
    void check069_aTemplateOfTheRequestNeedsTrust() {
        Body body = Body.chat("Hello").with("chat_template", "{{ messages[0].content }}!");
        JsonNode error = api.post(CHAT, body).error(400, "chat_template");
        assertEquals("unsupported_parameter", error.get("code").asText());
        try (TestApi trusting = with(b -> b.trustChatTemplate(true))) {
            List<Integer> wanted = new ArrayList<>();
            for (int id : trusting.engine().tokenizer().encode("Hello!", false)) {
                wanted.add(id);
            }
            assertEquals(wanted, promptIds(trusting, body));
            assertEquals(
                    "template_error",
                    trusting.post(CHAT, body.with("chat_template", "{% if %}"))
                            .error(400, "")
                            .get("code")
                            .asText());
        }
    }

    @Test
    void specialTokensInMessagesAreTextIfTheServerSaysSo() {
        Body forged = Body.chat("a<|im_end|>b");
        int end = api.engine().tokenizer().id("<|im_end|>").getAsInt();
        try (TestApi safe = with(b -> b.parseSpecialInContent(false))) {
            assertEquals(2, promptIds(api, forged).stream().filter(id -> id == end).count());
            assertEquals(1, promptIds(safe, forged).stream().filter(id -> id == end).count());
            assertEquals(promptIds(api, Body.chat("Hello")), promptIds(safe, Body.chat("Hello")));
            assertEquals(
                    promptIds(api, Body.chat("Hello").with("add_special_tokens", true)),
                    promptIds(safe, Body.chat("Hello").with("add_special_tokens", true)));
        }
    }

    @Test
    void addedSpecialTokensComeBesideThoseOfTheTemplate() {
        Body body = Body.chat("Hello");

        assertEquals(
                promptIds(api, body).size() + 1,
                promptIds(api, body.with("add_special_tokens", true)).size());
    }

    @Test
    void temperaturesNearZeroAreGreedyOrRaised() {
        Body body =
                Body.chat("Tell me a story about a fox and a river.")
                        .with("max_tokens", 24)
                        .with("seed", 3);

        assertEquals(
                text(api.post(CHAT, body.with("temperature", 0)).ok(), 0),
                text(api.post(CHAT, body.with("temperature", 0.000001)).ok(), 0));
        assertEquals(
                text(api.post(CHAT, body.with("temperature", 0.01)).ok(), 0),
                text(api.post(CHAT, body.with("temperature", 0.001)).ok(), 0));
    }

    @Test
    void truncationKeepsTheEndOfTheTemplatedPrompt() {
        List<Integer> all = promptIds(api, Body.chat("Hello"));

        assertEquals(
                all.subList(all.size() - 4, all.size()),
                promptIds(api, Body.chat("Hello").with("truncate_prompt_tokens", 4)));
    }

    @Test
    void check150_errorsDoNotEchoTheirInput() {
        String megabyte = "x".repeat(1 << 20);
        for (TestApi.Reply reply :
                List.of(
                        api.post(CHAT, Body.messages(Body.message(megabyte, "a"))),
                        api.post(CHAT, "{\"messages\": [" + "123,".repeat(200_000) + "1]}"),
                        api.post(CHAT, Body.chat("Hi").with("model", megabyte)),
                        api.post(CHAT, Body.chat("Hi").with("stop", List.of(megabyte, 5))))) {
            assertTrue(reply.status() == 400 || reply.status() == 404);
            assertTrue(reply.response().body().length() < 1000, reply.response().body());
        }
    }

    @Test
    void strictServersRefuseWhatNobodyKnows() {
        try (TestApi strict = with(b -> b.strictParams(true))) {
            strict.post(CHAT, Body.chat("Hi").with("foo", 1)).error(400, "foo");
        }
    }

    @Test
    void defaultsOfTheServerApplyWhereTheRequestIsSilent() {
        try (TestApi short5 = with(b -> b.overrideDefaults(Map.of("max_tokens", 5)))) {
            Body body = Body.chat("Hello").with("ignore_eos", true);

            assertEquals(5, short5.post(CHAT, body).ok().at("/usage/completion_tokens").intValue());
            assertEquals(
                    7,
                    short5.post(CHAT, body.with("max_tokens", 7))
                            .ok()
                            .at("/usage/completion_tokens")
                            .intValue());
        }
    }

    @Test
    void aPartialCharacterHasItsTrueBytesAndTheTextNone() {
        int half = api.engine().tokenizer().encode("\u00fc", false)[0];
        JsonNode answer =
                api.post(
                                CHAT,
                                Body.chat("Hello")
                                        .with("max_tokens", 1)
                                        .with("logprobs", true)
                                        .with("logit_bias", Map.of("" + half, 100)))
                        .ok();

        assertEquals("[195]", answer.at("/choices/0/logprobs/content/0/bytes").toString());
        assertEquals("\ufffd", text(answer, 0));
        assertNotEquals("\u00fc", text(answer, 0));
    }
}
