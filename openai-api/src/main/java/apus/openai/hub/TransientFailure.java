package apus.openai.hub;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** An answer that may be another one a little later. */
final class TransientFailure extends IOException {
    private static final long serialVersionUID = 1L;

    // Not an Optional: exceptions are serializable, Optional is not.
    private final Duration wait;

    /**
     * @param wait how long the server asks to wait; zero: it does not say
     */
    TransientFailure(String message, Duration wait) {
        super(message);
        this.wait = wait;
    }

    /** How long the server asks to wait. */
    Optional<Duration> asked() {
        return wait.isZero() ? Optional.empty() : Optional.of(wait);
    }
}
