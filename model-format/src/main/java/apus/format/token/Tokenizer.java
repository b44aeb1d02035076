package apus.format.token;

import java.util.BitSet;
import java.util.OptionalInt;

/**
 * Text to token ids and back, as the HuggingFace tokenizers library does it. Immutable and
 * thread-safe.
 *
 * <p>A model may have more ids than its tokenizer, and a vocabulary may have holes: every method
 * takes any id, and one without a piece decodes to nothing.
 */
public interface Tokenizer {
    /**
     * Encodes text; special and added tokens written in it are recognised.
     *
     * @param addSpecialTokens whether the post-processor adds its tokens (BOS, for instance)
     */
    int[] encode(String text, boolean addSpecialTokens);

    /**
     * Encodes text of which parts come from a stranger: a special token written across a char that
     * is set in {@code literal} is ordinary text there.
     *
     * @param literal positions in {@code text}, in chars
     */
    int[] encode(String text, boolean addSpecialTokens, BitSet literal);

    /**
     * Decodes ids; bytes that are not UTF-8 become U+FFFD as in {@code String::from_utf8_lossy}.
     */
    String decode(int[] ids, boolean skipSpecialTokens);

    /** Decodes one id after another; the pieces joined equal {@link #decode}. */
    StreamDecoder decoder(boolean skipSpecialTokens);

    /**
     * Like {@link #decoder}, for tokens that continue a text. Some decoders take a space off the
     * start of a text, since encoding has put it there; here nothing is taken off, so that the text
     * before and the text that this gives read as one.
     */
    StreamDecoder continuation(boolean skipSpecialTokens);

    /** Number of ids, added tokens included: the largest id + 1. */
    int vocabSize();

    /** The piece as stored in the vocabulary, such as {@code Ġthe}; empty for an id without one. */
    String piece(int id);

    /**
     * Bytes the token stands for within a text, even if they are part of a character only; a new
     * array each time, empty for an id without a piece.
     */
    byte[] bytes(int id);

    /** Whether {@code skipSpecialTokens} hides it. */
    boolean isSpecial(int id);

    /** The id of a vocabulary piece or added token. */
    OptionalInt id(String piece);
}
