package apus.runtime;

import java.util.List;
import java.util.Map;

/**
 * What a chat template is rendered from. Values are plain: maps, lists, strings, numbers, booleans,
 * null.
 *
 * @param messages each with {@code role} and {@code content} as the template expects them
 * @param tools function definitions; empty = none
 * @param documents for templates that ground their answers; empty = none
 * @param addGenerationPrompt whether to end with the head of an answer
 * @param continueFinalMessage whether to leave the last message open, to be continued
 * @param variables more template variables, such as {@code enable_thinking}
 */
public record Conversation(
        List<Map<String, Object>> messages,
        List<Object> tools,
        List<Object> documents,
        boolean addGenerationPrompt,
        boolean continueFinalMessage,
        Map<String, Object> variables) {

    /** A plain chat whose next turn is the model's. */
    public static Conversation of(List<Map<String, Object>> messages) {
        return new Conversation(messages, List.of(), List.of(), true, false, Map.of());
    }

    /** One message. */
    public static Map<String, Object> message(String role, String content) {
        return Map.of("role", role, "content", content);
    }
}
