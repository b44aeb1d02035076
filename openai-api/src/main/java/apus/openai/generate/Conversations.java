package apus.openai.generate;

import apus.runtime.Conversation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** Turns checked messages into what a template is rendered from. */
final class Conversations {
    private final ContentForm form;
    private final Predicate<String> mentions;

    /**
     * @param mentions whether the template knows a role
     */
    Conversations(ContentForm form, Predicate<String> mentions) {
        this.form = form;
        this.mentions = mentions;
    }

    Conversation of(Params params) {
        List<Map<String, Object>> messages = new ArrayList<>();
        for (ChatMessage message : params.get(ChatParams.MESSAGES)) {
            messages.add(plain(message));
        }
        boolean goesOn = params.get(ChatParams.CONTINUE_FINAL_MESSAGE);
        Map<String, Object> variables = new LinkedHashMap<>();
        params.find(ChatParams.REASONING_EFFORT)
                .ifPresent(effort -> variables.put("reasoning_effort", effort));
        variables.putAll(params.find(ChatParams.CHAT_TEMPLATE_KWARGS).orElse(Map.of()));
        return new Conversation(
                messages,
                List.of(),
                params.find(ChatParams.DOCUMENTS).orElse(List.of()),
                params.find(ChatParams.ADD_GENERATION_PROMPT).orElse(!goesOn),
                goesOn,
                variables);
    }

    private Map<String, Object> plain(ChatMessage message) {
        Map<String, Object> plain = new LinkedHashMap<>();
        plain.put("role", role(message.role()));
        plain.put("content", content(message.content()));
        plain.putAll(message.others());
        return plain;
    }

    /** OpenAI's newer name for system, which few templates know. */
    private String role(String sent) {
        return sent.equals("developer") && !mentions.test("developer") ? "system" : sent;
    }

    private Object content(ChatMessage.Content content) {
        return switch (content) {
            case ChatMessage.Absent _ -> null;
            case ChatMessage.Text(String text) ->
                    form == ContentForm.PARTS ? List.of(part(text)) : text;
            case ChatMessage.Parts(List<String> texts) ->
                    form == ContentForm.STRINGS
                            ? content.joined()
                            : texts.stream().map(Conversations::part).toList();
        };
    }

    private static Map<String, Object> part(String text) {
        return Map.of("type", "text", "text", text);
    }
}
