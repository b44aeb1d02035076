package apus.openai.generate;

import apus.format.token.Tokenizer;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;

/**
 * How tokens are shown beside their log-probabilities.
 *
 * @param asIds whether as {@code token_id:N}
 */
record TokenTexts(Tokenizer tokenizer, boolean asIds) {
    /** For chat: text, with U+FFFD for what is part of a character only. */
    String lossy(int id) {
        return asIds ? number(id) : new String(tokenizer.bytes(id), StandardCharsets.UTF_8);
    }

    /** For completions: text, or {@code bytes:\xf0\x9f} if the bytes are not whole characters. */
    String exact(int id) {
        return asIds ? number(id) : exact(tokenizer.bytes(id));
    }

    static String exact(byte[] bytes) {
        return characters(bytes)
                .orElseGet(() -> {
                    HexFormat hex = HexFormat.of().withPrefix("\\x");
                    return "bytes:" + hex.formatHex(bytes);
                });
    }

    /** The text, if the bytes are whole characters. */
    static Optional<String> characters(byte[] bytes) {
        try {
            return Optional.of(
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    String number(int id) {
        return "token_id:" + id;
    }
}
