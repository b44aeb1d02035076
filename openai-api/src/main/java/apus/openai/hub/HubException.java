package apus.openai.hub;

import apus.format.ApusException;

/** A model that cannot be had from the hub or from the cache; the message says what to do. */
public final class HubException extends ApusException {
    private static final long serialVersionUID = 1L;

    HubException(String message) {
        super(message);
    }

    HubException(String message, Throwable cause) {
        super(message, cause);
    }
}
