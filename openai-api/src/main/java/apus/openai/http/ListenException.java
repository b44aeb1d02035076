package apus.openai.http;

import apus.format.ApusException;

/** The server cannot listen as it is told to; nothing was started. */
public final class ListenException extends ApusException {
    private static final long serialVersionUID = 1L;

    ListenException(String message) {
        super(message);
    }

    ListenException(String message, Throwable cause) {
        super(message, cause);
    }
}
