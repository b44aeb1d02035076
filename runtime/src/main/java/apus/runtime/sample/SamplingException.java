package apus.runtime.sample;

import apus.format.ApusException;

/** No token can be drawn from a row of logits. Ends the choice; others are not touched. */
public final class SamplingException extends ApusException {
    private static final long serialVersionUID = 1L;

    public SamplingException(String message) {
        super(message);
    }
}
