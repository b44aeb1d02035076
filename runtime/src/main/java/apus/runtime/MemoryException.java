package apus.runtime;

import apus.format.ApusException;

/** A model and its cache do not fit into the memory there is. */
public final class MemoryException extends ApusException {
    private static final long serialVersionUID = 1L;

    private final long needed;
    private final long available;

    MemoryException(long needed, long available, String message) {
        super(message);
        this.needed = needed;
        this.available = available;
    }

    /** Bytes that are needed. */
    public long needed() {
        return needed;
    }

    /** Bytes that could be had. */
    public long available() {
        return available;
    }
}
