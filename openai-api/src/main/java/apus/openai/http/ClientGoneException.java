package apus.openai.http;

import apus.format.ApusException;

/** The client has closed its connection: nobody is left to answer, so the request just ends. */
public final class ClientGoneException extends ApusException {
    private static final long serialVersionUID = 1L;

    ClientGoneException() {
        super("The client closed its connection before it was answered.");
    }

    ClientGoneException(Throwable cause) {
        super("The client closed its connection before it was answered.", cause);
    }
}
