package apus.runtime;

import apus.format.checkpoint.ModelDefaults;
import apus.runtime.template.ChatFormat;
import apus.runtime.template.ChatTemplate;
import apus.runtime.template.TemplateException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The model's chat template with the model's special tokens. */
final class TemplateChat implements Chat {
    private static final int MAX_MESSAGE = 200;

    private final Optional<ChatTemplate> template;
    private final ModelDefaults tokens;

    /**
     * @throws TemplateException if the source does not parse: better at the start than at the first
     *     request
     */
    TemplateChat(Optional<String> source, ModelDefaults tokens) {
        this.template = source.map(ChatTemplate::compile);
        this.tokens = tokens;
    }

    @Override
    public boolean available() {
        return template.isPresent();
    }

    @Override
    public Optional<String> source() {
        return template.map(ChatTemplate::source);
    }

    @Override
    public String render(Conversation conversation) {
        return render(
                conversation,
                template.orElseThrow(() ->
                        new RequestException(
                                "messages",
                                RequestException.Reason.TEMPLATE,
                                "This model has no chat template; start the server with --chat-template, or use /v1/completions.")));
    }

    @Override
    public String render(Conversation conversation, String source) {
        try {
            return render(conversation, ChatTemplate.compile(source));
        } catch (TemplateException e) {
            throw refusal("chat_template", e);
        }
    }

    private String render(Conversation conversation, ChatTemplate with) {
        Map<String, Object> variables = new LinkedHashMap<>();
        variables.put("messages", conversation.messages());
        variables.put("tools", conversation.tools().isEmpty() ? null : conversation.tools());
        variables.put(
                "documents", conversation.documents().isEmpty() ? null : conversation.documents());
        tokens.bosToken().ifPresent(token -> variables.put("bos_token", token));
        tokens.eosToken().ifPresent(token -> variables.put("eos_token", token));
        tokens.padToken().ifPresent(token -> variables.put("pad_token", token));
        tokens.unkToken().ifPresent(token -> variables.put("unk_token", token));
        variables.putAll(conversation.variables());
        try {
            return ChatFormat.render(
                    with,
                    variables,
                    conversation.addGenerationPrompt(),
                    conversation.continueFinalMessage());
        } catch (TemplateException e) {
            throw refusal("messages", e);
        }
    }

    private static RequestException refusal(String param, TemplateException e) {
        return new RequestException(
                param,
                RequestException.Reason.TEMPLATE,
                "The chat template refuses: " + shortened(e.getMessage()));
    }

    /** A template may raise what the client sent, and an error must not send much of that back. */
    private static String shortened(String message) {
        return message.length() <= MAX_MESSAGE
                ? message
                : message.substring(0, message.offsetByCodePoints(0, MAX_MESSAGE / 2)) + "...";
    }

    @Override
    public boolean mentions(String name) {
        return template.filter(t ->
                        t.mentions(name)
                                || t.source().contains("'" + name + "'")
                                || t.source().contains("\"" + name + "\""))
                .isPresent();
    }
}
