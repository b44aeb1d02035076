package apus.format;

/**
 * A model file is damaged, contradicts another one, or is not what its name says. Names the file
 * and the tensor or key.
 */
public final class ModelFormatException extends ApusException {
    private static final long serialVersionUID = 1L;

    public ModelFormatException(String message) {
        super(message);
    }

    public ModelFormatException(String message, Throwable cause) {
        super(message, cause);
    }
}
