package apus.runtime;

import apus.format.ApusException;

/** A request asks for something impossible; nothing was started for it. */
public final class RequestException extends ApusException {
    private static final long serialVersionUID = 1L;

    private final String param;
    private final Reason reason;

    /** Why, as far as a client can tell cases apart. */
    public enum Reason {
        INVALID_VALUE,
        CONTEXT_LENGTH,
        TEMPLATE
    }

    public RequestException(String param, String message) {
        this(param, Reason.INVALID_VALUE, message);
    }

    public RequestException(String param, Reason reason, String message) {
        super(message);
        this.param = param;
        this.reason = reason;
    }

    /** The field at fault, such as {@code top_p} or {@code messages[2].content}. */
    public String param() {
        return param;
    }

    public Reason reason() {
        return reason;
    }
}
