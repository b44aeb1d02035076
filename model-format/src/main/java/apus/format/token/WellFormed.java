package apus.format.token;

/** Text without surrogates that lack their partner. */
final class WellFormed {
    private WellFormed() {}

    /**
     * A surrogate without its partner stands for no character; UTF-8 has no form for it. It is
     * treated as the replacement character.
     */
    static String of(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!Character.isSurrogate(text.charAt(i))) {
                continue;
            }
            int c = text.codePointAt(i);
            if (Character.isSupplementaryCodePoint(c)) {
                i++;
            } else {
                return replaced(text);
            }
        }
        return text;
    }

    private static String replaced(String text) {
        StringBuilder out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            boolean alone = c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
            out.appendCodePoint(alone ? 0xFFFD : c);
        }
        return out.toString();
    }
}
