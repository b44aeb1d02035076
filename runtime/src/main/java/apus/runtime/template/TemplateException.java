package apus.runtime.template;

import apus.format.ApusException;

/** A chat template cannot be compiled, refuses the conversation, or fails while it is rendered. */
public final class TemplateException extends ApusException {
    private static final long serialVersionUID = 1L;

    private final Kind kind;

    /** Who is at fault, as far as a caller can act on it. */
    public enum Kind {
        /** The source is no template; the message names the line. */
        SYNTAX,
        /** The template called {@code raise_exception}; the message is exactly its text. */
        RAISED,
        /** An operation that the values do not allow; the message names the line. */
        FAILED,
        /** A budget of {@link Limits} is spent; the message names the line. */
        LIMIT
    }

    private TemplateException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }

    static TemplateException syntax(int line, String message) {
        return new TemplateException(Kind.SYNTAX, "line " + line + ": " + message);
    }

    static TemplateException raised(String message) {
        return new TemplateException(Kind.RAISED, message);
    }

    static TemplateException failed(String message) {
        return new TemplateException(Kind.FAILED, message);
    }

    static TemplateException limit(String message) {
        return new TemplateException(Kind.LIMIT, message);
    }

    /**
     * The same failure with the template's line in front, unless the text is the template's own.
     */
    TemplateException at(int line) {
        if (kind == Kind.RAISED || kind == Kind.SYNTAX) {
            return this;
        }
        TemplateException placed =
                new TemplateException(kind, "line " + line + ": " + getMessage());
        placed.setStackTrace(getStackTrace());
        return placed;
    }
}
