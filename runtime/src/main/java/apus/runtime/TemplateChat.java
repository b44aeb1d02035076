package apus.runtime;

import apus.format.checkpoint.ModelDefaults;
import java.util.Optional;

/** The model's chat template; rendering arrives with the interpreter. */
final class TemplateChat implements Chat {
    private final Optional<String> source;

    TemplateChat(Optional<String> source, ModelDefaults tokens) {
        this.source = source;
        assert tokens != null;
    }

    @Override
    public boolean available() {
        return source.isPresent();
    }

    @Override
    public Optional<String> source() {
        return source;
    }

    @Override
    public String render(Conversation conversation) {
        return render(conversation, source.orElse(""));
    }

    @Override
    public String render(Conversation conversation, String template) {
        throw new RequestException(
                "messages",
                RequestException.Reason.TEMPLATE,
                "Chat templates cannot be rendered yet.");
    }

    @Override
    public boolean mentions(String name) {
        return source.filter(s -> s.contains(name)).isPresent();
    }
}
