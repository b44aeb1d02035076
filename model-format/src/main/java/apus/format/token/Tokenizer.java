package apus.format.token;

import java.util.OptionalInt;

/**
 * Text to token ids and back, as the HuggingFace tokenizers library does it. Immutable and
 * thread-safe.
 */
public interface Tokenizer {
    /**
     * Encodes text; special and added tokens written in it are recognised.
     *
     * @param addSpecialTokens whether the post-processor adds its tokens (BOS, for instance)
     */
    int[] encode(String text, boolean addSpecialTokens);

    /**
     * Decodes ids; bytes that are not UTF-8 become U+FFFD as in {@code String::from_utf8_lossy}.
     */
    String decode(int[] ids, boolean skipSpecialTokens);

    /** Decodes one id after another; the pieces joined equal {@link #decode}. */
    StreamDecoder decoder(boolean skipSpecialTokens);

    /** Number of ids, added tokens included: the largest id + 1. */
    int vocabSize();

    /** The piece as stored in the vocabulary, such as {@code Ġthe}. */
    String piece(int id);

    /** Bytes the token stands for, even if they are part of a character only. */
    byte[] bytes(int id);

    /** Whether {@code skipSpecialTokens} hides it. */
    boolean isSpecial(int id);

    /** The id of a vocabulary piece or added token. */
    OptionalInt id(String piece);
}
