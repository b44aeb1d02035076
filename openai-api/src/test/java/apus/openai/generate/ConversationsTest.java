package apus.openai.generate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.openai.ApiException;
import apus.runtime.Conversation;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConversationsTest {
    private static Conversation conversation(ContentForm form, String members) {
        return new Conversations(form, role -> !role.equals("developer"))
                .of(Requests.read(Endpoint.CHAT, ("{" + members + "}").replace('\'', '"')));
    }

    private static Map<String, Object> only(ContentForm form, String message) {
        return conversation(form, "'messages': [" + message + "]").messages().getFirst();
    }

    private static ApiException refused(String message) {
        return Requests.refused(() -> only(ContentForm.STRINGS, message));
    }

    @Test
    void partsAreJoinedForTemplatesThatWantStrings() {
        String parts =
                "{'role': 'user', 'content': [{'type': 'text', 'text': 'a'}, {'type': 'text', 'text': 'b'}]}";

        assertEquals("ab", only(ContentForm.STRINGS, parts).get("content"));
        assertEquals(
                List.of(Map.of("type", "text", "text", "a"), Map.of("type", "text", "text", "b")),
                only(ContentForm.BOTH, parts).get("content"));
    }

    @Test
    void stringsBecomePartsForTemplatesThatWantNothingElse() {
        String string = "{'role': 'user', 'content': 'a'}";

        assertEquals("a", only(ContentForm.BOTH, string).get("content"));
        assertEquals(
                List.of(Map.of("type", "text", "text", "a")),
                only(ContentForm.PARTS, string).get("content"));
    }

    @Test
    void developerBecomesSystemUnlessTheTemplateKnowsIt() {
        Params params =
                Requests.read(
                        Endpoint.CHAT,
                        "{\"messages\": [{\"role\": \"developer\", \"content\": \"a\"}]}");

        assertEquals(
                "system",
                new Conversations(ContentForm.STRINGS, role -> false)
                        .of(params)
                        .messages()
                        .getFirst()
                        .get("role"));
        assertEquals(
                "developer",
                new Conversations(ContentForm.STRINGS, role -> true)
                        .of(params)
                        .messages()
                        .getFirst()
                        .get("role"));
    }

    @Test
    void argumentsAreObjectsIfTheyAreJson() {
        String call =
                "{'role': 'assistant', 'content': null, 'tool_calls': [{'id': 'c1', 'type': 'function',"
                        + " 'function': {'name': 'f', 'arguments': '%s'}}]}";

        assertEquals(
                Map.of("a", List.of(1L, 2.5)), arguments(call.formatted("{\\\"a\\\": [1, 2.5]}")));
        assertEquals(Map.of(), arguments(call.formatted("")));
        assertEquals("not json", arguments(call.formatted("not json")));
        assertEquals("{\"a\":", arguments(call.formatted("{\\\"a\\\":")));
        assertNull(only(ContentForm.STRINGS, call.formatted("")).get("content"));
        String deep = "[".repeat(5000);
        assertEquals(deep, arguments(call.formatted(deep)));
    }

    private static Object arguments(String message) {
        List<?> calls = (List<?>) only(ContentForm.STRINGS, message).get("tool_calls");
        Map<?, ?> function = (Map<?, ?>) ((Map<?, ?>) calls.getFirst()).get("function");
        assertEquals("f", function.get("name"));
        return function.get("arguments");
    }

    @Test
    void otherFieldsReachTheTemplate() {
        Map<String, Object> message =
                only(
                        ContentForm.STRINGS,
                        "{'role': 'user', 'content': 'a', 'name': 'Ann', 'prefix': true, 'x': {'y': 1},"
                                + " 'z': null}");

        assertEquals("Ann", message.get("name"));
        assertEquals(true, message.get("prefix"));
        assertEquals(Map.of("y", 1L), message.get("x"));
        assertFalse(message.containsKey("z"));
    }

    @Test
    void reasoningHasBothNames() {
        Map<String, Object> message =
                only(
                        ContentForm.STRINGS,
                        "{'role': 'assistant', 'content': 'a', 'reasoning': 'why'}");

        assertEquals("why", message.get("reasoning"));
        assertEquals("why", message.get("reasoning_content"));
    }

    @Test
    void badMessagesAreNamedByPath() {
        assertEquals("messages[0].role", refused("{'content': 'a'}").param());
        assertEquals("messages[0].content", refused("{'role': 'user'}").param());
        assertEquals("missing_required_parameter", refused("{'role': 'user'}").code());
        assertEquals(
                "messages[0].content", refused("{'role': 'assistant', 'content': null}").param());
        assertEquals(
                "messages[0].content[0].text",
                refused("{'role': 'user', 'content': [{'type': 'text'}]}").param());
        assertEquals(
                "messages[0].content[0].type",
                refused("{'role': 'user', 'content': [{'type': 'input_audio'}]}").param());
        assertEquals(
                "messages[0].tool_calls[0].function",
                refused("{'role': 'assistant', 'tool_calls': [{'id': 'a'}]}").param());
        assertEquals(
                "messages[0].tool_calls[0].function.arguments",
                refused(
                                "{'role': 'assistant', 'tool_calls': [{'function': {'name': 'a',"
                                        + " 'arguments': 5}}]}")
                        .param());
        assertEquals(
                "messages[0].name", refused("{'role': 'user', 'content': 'a', 'name': 1}").param());
    }

    @Test
    void aRoleThatTheTemplateKnowsIsTaken() {
        assertEquals(
                "ipython",
                only(ContentForm.STRINGS, "{'role': 'ipython', 'content': 'a'}").get("role"));
    }

    @Test
    void theHeadOfAnAnswerDependsOnContinuation() {
        String assistant = "'messages': [{'role': 'assistant', 'content': 'a'}]";
        Conversation plain = conversation(ContentForm.STRINGS, "'messages': 'a'");
        Conversation on =
                conversation(ContentForm.STRINGS, assistant + ", 'continue_final_message': true");

        assertTrue(plain.addGenerationPrompt());
        assertFalse(on.addGenerationPrompt());
        assertTrue(on.continueFinalMessage());
    }

    @Test
    void variablesAreThoseOfTheRequest() {
        Conversation conversation =
                conversation(
                        ContentForm.STRINGS,
                        "'messages': 'a', 'reasoning_effort': 'low', 'chat_template_kwargs':"
                                + " {'enable_thinking': false}, 'documents': [{'title': 't'}]");

        assertEquals(
                Map.of("reasoning_effort", "low", "enable_thinking", false),
                conversation.variables());
        assertEquals(List.of(Map.of("title", "t")), conversation.documents());
    }

    @Test
    void aTemplatesSourceTellsWhatContentItWants() {
        assertEquals(
                ContentForm.STRINGS,
                ContentForm.of("{% for m in messages %}{{ m.content }}{% endfor %}"));
        assertEquals(
                ContentForm.BOTH,
                ContentForm.of(
                        "{% if message['content'] is string %}{{ message['content'] }}{% else %}"
                                + "{%- for part in message['content'] %}{{ part.text }}{% endfor %}{% endif %}"));
        assertEquals(
                ContentForm.PARTS,
                ContentForm.of("{% for part in message.content %}{{ part.text }}{% endfor %}"));
    }
}
