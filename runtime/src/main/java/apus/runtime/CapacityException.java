package apus.runtime;

import apus.format.ApusException;

/**
 * No room: the waiting queue is full, the engine is shutting down, or has died. Retrying later may
 * help.
 */
public final class CapacityException extends ApusException {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    /** What there is no room for. */
    public enum Reason {
        QUEUE_FULL,
        SHUTTING_DOWN,
        ENGINE_DEAD
    }

    public CapacityException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
