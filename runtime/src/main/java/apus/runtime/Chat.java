package apus.runtime;

import java.util.Optional;

/** Turns conversations into prompts, with the model's template or another. Thread-safe. */
public interface Chat {
    /** Whether the model has a template; without one {@link #render(Conversation)} refuses. */
    boolean available();

    /** Jinja source. */
    Optional<String> source();

    /**
     * The prompt as text; it brings its own BOS, so encode it without special tokens.
     *
     * @throws RequestException reason TEMPLATE, if there is no template or it refuses the
     *     conversation
     */
    String render(Conversation conversation);

    /** The same with a template of the caller's. */
    String render(Conversation conversation, String template);

    /** Whether the template looks at this variable or message role by name. */
    boolean mentions(String name);
}
