package apus.format.token;

/**
 * Incremental decoding of one sequence. Never gives out half a character: bytes of an unfinished
 * UTF-8 sequence are kept back until they are complete or known to be broken. Not thread-safe.
 */
public interface StreamDecoder {
    /** Text that became certain with this token; often empty. */
    String push(int id);

    /** The rest; an unfinished character becomes U+FFFD. The decoder is then done. */
    String flush();
}
