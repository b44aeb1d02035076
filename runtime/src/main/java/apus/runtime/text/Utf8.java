package apus.runtime.text;

/** Characters among bytes, valid and broken ones (Unicode standard, section 3.9). */
final class Utf8 {
    private Utf8() {}

    /** Length of the code point's encoding if it stands at a place, else 0. */
    static int matchLength(byte[] bytes, int at, int end, int c) {
        int length = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
        if (at + length > end) {
            return 0;
        }
        int rest = c;
        for (int i = length - 1; i > 0; i--) {
            if (bytes[at + i] != (byte) (0x80 | (rest & 0x3F))) {
                return 0;
            }
            rest >>= 6;
        }
        // As many ones as there are bytes, then a zero.
        int lead = length == 1 ? 0 : (0xF00 >> length) & 0xFF;
        return bytes[at] == (byte) (lead | rest) ? length : 0;
    }

    /**
     * Length of the maximal part of a character at a place, at least 1; 0 if a whole character
     * stands there.
     */
    static int brokenLength(byte[] bytes, int at, int end) {
        int lead = bytes[at] & 0xFF;
        if ((lead >= 0x80 && lead < 0xC2) || lead > 0xF4) {
            return 1;
        }
        int length = length(bytes[at]);
        int n = 1;
        while (n < length && at + n < end && continues(lead, n, bytes[at + n] & 0xFF)) {
            n++;
        }
        return n == length ? 0 : n;
    }

    /** Length of the character that starts with a valid first byte. */
    static int length(byte first) {
        int lead = first & 0xFF;
        return lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    }

    /** No overlong forms, no surrogates, nothing beyond U+10FFFF. */
    private static boolean continues(int lead, int place, int b) {
        int from = 0x80;
        int to = 0xBF;
        if (place == 1) {
            from = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : from;
            to = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : to;
        }
        return b >= from && b <= to;
    }
}
