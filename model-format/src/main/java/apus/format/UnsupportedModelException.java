package apus.format;

/**
 * The files are sound, but ask for something Apus does not have: an architecture, a rope scaling, a
 * tokenizer part.
 */
public final class UnsupportedModelException extends ApusException {
    private static final long serialVersionUID = 1L;

    public UnsupportedModelException(String message) {
        super(message);
    }
}
