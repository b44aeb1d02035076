package apus.runtime.template;

import java.time.Clock;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Renders a chat as {@code transformers} does: with the variables every template may count on, and
 * with the last message left open when it is to be continued.
 */
public final class ChatFormat {
    /** Marks the end of the message to continue; the blank shows whether the template trims. */
    private static final String TAG = "CONTINUE_FINAL_MESSAGE_TAG";

    private static final String CONTENT = "content";

    private ChatFormat() {}

    /** Renders a chat by the system's clock. */
    public static String render(
            ChatTemplate template,
            Map<String, Object> variables,
            boolean addGenerationPrompt,
            boolean continueFinalMessage) {
        return render(
                template,
                variables,
                addGenerationPrompt,
                continueFinalMessage,
                Clock.system(ZoneId.systemDefault()));
    }

    /**
     * Renders a chat within {@link Limits#DEFAULT}.
     *
     * @param variables must hold {@code messages}; {@code tools} and {@code documents} are set to
     *     None where they are absent, and never changed otherwise
     * @param addGenerationPrompt whether the text ends where the assistant's answer begins
     * @param continueFinalMessage whether the text ends with the content of the last message, so
     *     that it is continued
     * @throws TemplateException as {@link ChatTemplate#render(Map, Limits, Clock)} does; of kind
     *     FAILED also if the last message cannot be continued: it has no text, or the template
     *     changes or drops it
     */
    public static String render(
            ChatTemplate template,
            Map<String, Object> variables,
            boolean addGenerationPrompt,
            boolean continueFinalMessage,
            Clock clock) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("tools", null);
        all.put("documents", null);
        all.putAll(variables);
        all.put("add_generation_prompt", addGenerationPrompt);
        if (!continueFinalMessage) {
            return template.render(all, Limits.DEFAULT, clock);
        }
        if (addGenerationPrompt) {
            throw TemplateException.failed(
                    "a chat cannot both continue its final message and begin a new one: set"
                            + " add_generation_prompt to false");
        }
        if (!(variables.get("messages") instanceof List<?> messages)
                || messages.isEmpty()
                || !(messages.getLast() instanceof Map<?, ?> last)) {
            throw TemplateException.failed("there is no final message to continue");
        }
        Open open = open(last);
        List<Object> changed = new ArrayList<>(messages);
        changed.set(changed.size() - 1, open.message());
        all.put("messages", changed);
        return cut(template.render(all, Limits.DEFAULT, clock), open.text());
    }

    /**
     * A message with the tag at the end of its text.
     *
     * @param text without the tag
     */
    private record Open(Map<?, ?> message, String text) {}

    private static Open open(Map<?, ?> message) {
        Map<Object, Object> copy = new LinkedHashMap<>(message);
        switch (message.get(CONTENT)) {
            case String text -> {
                copy.put(CONTENT, text + TAG + " ");
                return new Open(copy, text);
            }
            case List<?> parts -> {
                for (int i = parts.size() - 1; i >= 0; i--) {
                    if (parts.get(i) instanceof Map<?, ?> part
                            && part.get("text") instanceof String text) {
                        Map<Object, Object> changedPart = new LinkedHashMap<>(part);
                        changedPart.put("text", text + TAG + " ");
                        List<Object> changedParts = new ArrayList<>(parts);
                        changedParts.set(i, changedPart);
                        copy.put(CONTENT, changedParts);
                        return new Open(copy, text);
                    }
                }
            }
            case null, default -> {}
        }
        throw TemplateException.failed(
                "the final message has no text content, so it cannot be continued");
    }

    private static String cut(String rendered, String text) {
        int tag = rendered.lastIndexOf(TAG);
        if (tag < 0 || !rendered.contains(Strip.both(text, null))) {
            throw TemplateException.failed(
                    "the final message does not appear in the rendered chat, so it cannot be"
                            + " continued: the template drops or changes it");
        }
        String before = rendered.substring(0, tag);
        // A template that trims the text took the tag's blank, and so the message's own.
        return rendered.startsWith(TAG + " ", tag) ? before : Strip.right(before, null);
    }
}
