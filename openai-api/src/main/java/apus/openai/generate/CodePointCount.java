package apus.openai.generate;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Counts the characters of a text that arrives as bytes, token by token. A character counts when
 * its last byte has come; what cannot become one counts as the U+FFFD that stands for it.
 */
final class CodePointCount {
    private final CharsetDecoder utf8 =
            StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPLACE)
                    .onUnmappableCharacter(CodingErrorAction.REPLACE);
    private byte[] pending = new byte[0];
    private int count;

    /**
     * @param start characters before the first byte
     */
    CodePointCount(int start) {
        this.count = start;
    }

    int count() {
        return count;
    }

    void add(byte[] bytes) {
        ByteBuffer in = ByteBuffer.allocate(pending.length + bytes.length);
        in.put(pending).put(bytes).flip();
        CharBuffer out = CharBuffer.allocate(in.remaining() + 1);
        utf8.decode(in, out, false);
        pending = new byte[in.remaining()];
        in.get(pending);
        out.flip();
        count += Character.codePointCount(out, 0, out.length());
    }
}
