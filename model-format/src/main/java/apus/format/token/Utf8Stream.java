package apus.format.token;

/**
 * Decodes UTF-8 that arrives in pieces. Whatever cannot become a character any more is replaced by
 * U+FFFD at once, one for each maximal part of a valid sequence, as {@code String::from_utf8_lossy}
 * of Rust and section 3.9 of the Unicode standard do; bytes that still may are kept back. Not
 * thread-safe.
 */
final class Utf8Stream {
    private int codePoint;
    private int missing;
    private int lowest = 0x80;
    private int highest = 0xBF;

    /** Appends what became certain with this byte. */
    void push(int b, StringBuilder out) {
        if (missing > 0) {
            if (b >= lowest && b <= highest) {
                codePoint = (codePoint << 6) | (b & 0x3F);
                lowest = 0x80;
                highest = 0xBF;
                if (--missing == 0) {
                    out.appendCodePoint(codePoint);
                }
                return;
            }
            flush(out);
        }
        if (b < 0x80) {
            out.append((char) b);
        } else if (b >= 0xC2 && b <= 0xDF) {
            begin(b & 0x1F, 1, 0x80, 0xBF);
        } else if (b >= 0xE0 && b <= 0xEF) {
            // No overlong forms and no surrogates.
            begin(b & 0x0F, 2, b == 0xE0 ? 0xA0 : 0x80, b == 0xED ? 0x9F : 0xBF);
        } else if (b >= 0xF0 && b <= 0xF4) {
            begin(b & 0x07, 3, b == 0xF0 ? 0x90 : 0x80, b == 0xF4 ? 0x8F : 0xBF);
        } else {
            out.append('\uFFFD');
        }
    }

    private void begin(int bits, int following, int from, int to) {
        codePoint = bits;
        missing = following;
        lowest = from;
        highest = to;
    }

    /** Gives up on an unfinished character. */
    void flush(StringBuilder out) {
        if (missing > 0) {
            missing = 0;
            lowest = 0x80;
            highest = 0xBF;
            out.append('\uFFFD');
        }
    }
}
