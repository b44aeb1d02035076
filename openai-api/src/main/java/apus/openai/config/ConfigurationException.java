package apus.openai.config;

import apus.format.ApusException;

/** A setting that cannot be honoured. The message is one sentence that says what to change. */
public final class ConfigurationException extends ApusException {
    private static final long serialVersionUID = 1L;

    public ConfigurationException(String message) {
        super(message);
    }

    public ConfigurationException(String message, Throwable cause) {
        super(message, cause);
    }
}
