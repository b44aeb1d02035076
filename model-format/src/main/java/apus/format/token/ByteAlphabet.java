package apus.format.token;

/**
 * GPT-2's printable alphabet for bytes: printable Latin-1 characters stand for themselves, the
 * other bytes for the characters from U+0100 on, in order. Source: {@code bytes_to_unicode} of
 * openai/gpt-2, {@code encoder.py}.
 */
final class ByteAlphabet {
    private static final char[] CHARS = new char[256];
    private static final short[] BYTES = new short[0x200];

    static {
        java.util.Arrays.fill(BYTES, (short) -1);
        int next = 0x100;
        for (int b = 0; b < 256; b++) {
            boolean printable = (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
            CHARS[b] = (char) (printable ? b : next++);
            BYTES[CHARS[b]] = (short) b;
        }
    }

    private ByteAlphabet() {}

    /** The character for a byte. */
    static char toChar(byte b) {
        return CHARS[b & 0xFF];
    }

    /** The byte, 0 to 255, that a character stands for; -1 if it is not of the alphabet. */
    static int toByte(char c) {
        return c < BYTES.length ? BYTES[c] : -1;
    }
}
