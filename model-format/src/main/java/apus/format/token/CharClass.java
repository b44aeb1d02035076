package apus.format.token;

/** The character classes of pre-tokenizer patterns, as Oniguruma defines them for Unicode text. */
final class CharClass {
    private CharClass() {}

    /** {@code \p{L}}. */
    static boolean letter(int c) {
        return Character.isLetter(c);
    }

    /**
     * {@code \p{N}}: digits, letter numbers such as roman numerals, and other numbers such as
     * fractions.
     */
    static boolean number(int c) {
        return switch (Character.getType(c)) {
            case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER ->
                    true;
            default -> false;
        };
    }

    /** {@code \s}: the property White_Space. */
    static boolean space(int c) {
        return switch (c) {
            case 0x09,
                    0x0A,
                    0x0B,
                    0x0C,
                    0x0D,
                    0x20,
                    0x85,
                    0xA0,
                    0x1680,
                    0x2028,
                    0x2029,
                    0x202F,
                    0x205F,
                    0x3000 ->
                    true;
            default -> c >= 0x2000 && c <= 0x200A;
        };
    }

    static boolean newline(int c) {
        return c == '\n' || c == '\r';
    }

    /** {@code [^\s\p{L}\p{N}]}. */
    static boolean symbol(int c) {
        return !space(c) && !letter(c) && !number(c);
    }
}
