package apus.openai.generate;

import static apus.openai.generate.TestServer.CHAT;
import static apus.openai.generate.TestServer.COMPLETION;
import static apus.openai.generate.TestServer.chatBody;
import static apus.openai.generate.TestServer.completionTokens;
import static apus.openai.generate.TestServer.content;
import static apus.openai.generate.TestServer.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Where this server means to differ from vLLM, numbered as in section 8 of the contract, so that
 * nobody mends it.
 */
class DeviationTest {
    private static final String STORY = "Tell me a story about a fox and a river.";

    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.demo();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void deviation01_bestOfEarlyStoppingBeamWidthAndSuffixExist() {
        JsonNode best = server.complete("The", "'best_of': 2, 'max_tokens': 4");
        assertEquals(1, best.get("choices").size());
        JsonNode beams =
                server.chat(
                        "Hello",
                        "'use_beam_search': true, 'best_of': 3, 'n': 1, 'early_stopping': 'never',"
                                + " 'max_tokens': 4");
        assertEquals(1, beams.get("choices").size());
        server.complete("a", "'suffix': 'b', 'max_tokens': 1");
    }

    @Test
    void deviation02_severalGreedyChoicesAreAllowed() {
        JsonNode answer = server.chat("Hello", "'temperature': 0, 'n': 3, 'max_tokens': 4");

        assertEquals(3, answer.get("choices").size());
    }

    @Test
    void deviation03_chatDefaultsToSevenTenthsAndTheModelsValuesAreOptIn() {
        String drawn = "'seed': 5, 'max_tokens': 24";
        String plain = content(server.chat(STORY, drawn));

        assertEquals(
                plain, content(server.chat(STORY, drawn + ", 'temperature': 0.7, 'top_p': 1")));
        assertEquals(
                text(server.complete("The", drawn)),
                text(server.complete("The", drawn + ", 'temperature': 1, 'top_p': 1")));
        // The demo model suggests temperature 0.7 and top_p 0.9.
        try (TestServer auto = TestServer.demo(b -> b.modelDefaults(true))) {
            assertEquals(
                    text(server.complete("The", drawn + ", 'temperature': 0.7, 'top_p': 0.9")),
                    text(auto.complete("The", drawn)));
        }
    }

    @Test
    void deviation04_theTextOfAnOrdinaryStopTokenIsKept() {
        JsonNode greedy =
                server.chat(STORY, "'temperature': 0, 'max_tokens': 8, 'return_token_ids': true");
        int id = greedy.at("/choices/0/token_ids/3").intValue();
        String piece = server.engine.tokenizer().decode(new int[] {id}, true);

        assertTrue(
                content(
                                server.chat(
                                        STORY,
                                        "'temperature': 0, 'max_tokens': 8, 'stop_token_ids': ["
                                                + id
                                                + "]"))
                        .endsWith(piece));
    }

    @Test
    void deviation05_theBeamPenaltyCountsGeneratedTokensOnly() {
        // With the prompt in the length, a strong penalty would hardly move a long prompt's beams:
        // both texts would stay. Counting generated tokens alone, it prefers long ones clearly.
        String body =
                "'use_beam_search': true, 'best_of': 4, 'max_tokens': 40, 'messages': [{'role': 'user',"
                        + " 'content': 'Hello'}], 'length_penalty': ";
        int shortest = completionTokens(server.ok(CHAT, "{" + body + "-20}"));
        int longest = completionTokens(server.ok(CHAT, "{" + body + "20}"));

        assertTrue(longest > shortest, longest + " and " + shortest);
    }

    @Test
    void deviation06_scoringBillsNoHiddenTokenAndNeedsNoEcho() {
        assertEquals(0, completionTokens(server.complete("a b", "'max_tokens': 0, 'echo': true")));
        assertEquals("", text(server.complete("a b", "'max_tokens': 0")));
    }

    @Test
    void deviation07_onlyWhatMayBecomeAStopIsHeldBack() {
        String stop = "a stop string of forty characters, never!";
        List<JsonNode> chunks =
                server.stream(
                        CHAT,
                        chatBody(
                                STORY,
                                "'temperature': 0, 'max_tokens': 12, 'stream': true, 'stop': '"
                                        + stop
                                        + "'"));
        List<JsonNode> plain =
                server.stream(
                        CHAT,
                        chatBody(STORY, "'temperature': 0, 'max_tokens': 12, 'stream': true"));

        // A constant hold-back of its length would leave one chunk of text.
        assertTrue(chunks.size() >= plain.size() - 2, chunks.size() + " of " + plain.size());
    }

    @Test
    void deviation08_topLogprobsAreTheBestNotTheDrawnOneFirst() {
        int id = server.tokens(" river")[0];
        JsonNode entry =
                server.chat(
                                STORY,
                                "'max_tokens': 1, 'logprobs': true, 'top_logprobs': 2, 'logit_bias': {'"
                                        + id
                                        + "': 100}")
                        .at("/choices/0/logprobs/content/0");

        assertEquals(" river", entry.get("token").textValue());
        assertEquals(2, entry.get("top_logprobs").size());
        assertFalse(entry.get("top_logprobs").toString().contains(" river"));
    }

    @Test
    void deviation09_theFinishChunkIsEmptyAndUsageIsNullBeforeIt() {
        List<JsonNode> chunks =
                server.stream(
                        CHAT,
                        chatBody(
                                "Hello",
                                "'stream': true, 'max_tokens': 3, 'stream_options': {'include_usage': true}"));
        JsonNode finish = chunks.get(chunks.size() - 2);

        assertTrue(finish.at("/choices/0/finish_reason").isTextual());
        assertTrue(finish.at("/choices/0/delta").isEmpty());
        assertTrue(finish.get("usage").isNull());
    }

    @Test
    void deviation10_codesAreStringsAndAllKeysArePresent() {
        JsonNode error = server.refused(CHAT, "{'messages': []}", "messages");

        assertTrue(error.get("code").isTextual());
        assertEquals(4, error.size());
    }

    @Test
    void deviation11_noConstraintIsDroppedSilently() {
        for (String field :
                List.of(
                        "guided_json",
                        "guided_regex",
                        "guided_choice",
                        "guided_grammar",
                        "grammar")) {
            server.refused(CHAT, chatBody("Hi", "'" + field + "': 'x'"), field);
        }
        assertEquals(
                "foo",
                server.post(CHAT, chatBody("Hi", "'foo': 1, 'max_tokens': 1"))
                        .header("x-ignored-params"));
    }

    @Test
    void deviation12_bothNamesOfReasoningAreRead() {
        String body =
                "{'messages': [{'role': 'user', 'content': 'Hi'}, {'role': 'assistant', 'content': 'Yes',"
                        + " '%s': 'because'}], 'chat_template': '{%% for m in messages %%}{{ m.reasoning }}"
                        + "{{ m.reasoning_content }}{%% endfor %%}', 'max_tokens': 1, 'return_token_ids': true}";
        try (TestServer trusting = TestServer.demo(b -> b.trustChatTemplate(true))) {
            JsonNode one = trusting.ok(CHAT, body.formatted("reasoning"));
            JsonNode other = trusting.ok(CHAT, body.formatted("reasoning_content"));

            assertEquals(one.get("prompt_token_ids"), other.get("prompt_token_ids"));
            assertEquals(
                    trusting.tokens("becausebecause").length, one.get("prompt_token_ids").size());
        }
    }

    @Test
    void deviation13_keysGuardRoutesOutsideV1Too() {
        try (TestServer keyed =
                TestServer.demo(
                        TestServer.apiSettings(),
                        TestServer.httpSettings().change().apiKeys(List.of("k1")).build(),
                        TestServer.engineOptions())) {
            for (String path : List.of("/tokenize", "/chat/completions", CHAT, COMPLETION)) {
                HttpResponse<String> response =
                        keyed.send(
                                keyed.request(path)
                                        .header("Content-Type", "application/json")
                                        .POST(HttpRequest.BodyPublishers.ofString("{}"))
                                        .build());
                assertEquals(401, response.statusCode(), path);
            }
        }
    }

    @Test
    void deviation14_seedsOfChoicesAreHashedNotCounted() {
        String body = "'temperature': 1, 'max_tokens': 24, 'n': %d, 'seed': %d";
        JsonNode seven = server.chat(STORY, body.formatted(2, 7));
        JsonNode eight = server.chat(STORY, body.formatted(1, 8));

        assertNotEquals(seven.at("/choices/1/message/content").textValue(), content(eight));
    }

    @Test
    void deviation15_seededOutputDoesNotDependOnTheBatch() {
        String prompt = "'The fox', 'One two three', 'A story about'";
        String body = ", 'temperature': 1, 'seed': 3, 'max_tokens': 16}";
        JsonNode together = server.ok(COMPLETION, "{'prompt': [" + prompt + "]" + body);

        assertEquals(text(server.ok(COMPLETION, "{'prompt': 'The fox'" + body)), text(together));
    }
}
