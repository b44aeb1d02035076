package apus.runtime.text;

import apus.runtime.TokenLogprobs;
import apus.runtime.sample.Logprobs;

/** A shown token and the place of its first byte in the text. */
final class Span {
    private static final int UNKNOWN = -1;

    /** Stands for no token at all; never placed. */
    static final Span NEVER = new Span(Logprobs.NONE);

    final TokenLogprobs logprobs;

    /** The first of the open bytes that is the token's, while its place is unknown. */
    int firstByte;

    /** Position of the character that holds the token's first byte. */
    int start = UNKNOWN;

    Span(TokenLogprobs logprobs) {
        this.logprobs = logprobs;
    }

    boolean placed() {
        return start != UNKNOWN;
    }
}
