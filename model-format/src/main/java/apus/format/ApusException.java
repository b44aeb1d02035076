package apus.format;

/**
 * Root of every failure Apus reports on purpose. The message names the subject, what was found,
 * what was wanted and what to do; it is safe to show to a user.
 */
public abstract class ApusException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    protected ApusException(String message) {
        super(message);
    }

    protected ApusException(String message, Throwable cause) {
        super(message, cause);
    }
}
