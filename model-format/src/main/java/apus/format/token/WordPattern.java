package apus.format.token;

import apus.format.Json;
import apus.format.JsonObject;
import apus.format.UnsupportedModelException;

/**
 * The patterns that byte-level tokenizers cut text with, as scanners. A pattern comes from an
 * untrusted file, and a general regular-expression engine can be made to run for ever or to exhaust
 * the stack; these take one pass. Each alternative of the pattern is one {@code if}, in the
 * pattern's order, so the first that matches wins as in Perl.
 */
sealed interface WordPattern {
    /** End of the word that begins at {@code from}, greater than {@code from}. */
    int end(String text, int from);

    /** GPT-2's. */
    String GPT2_TEXT =
            "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

    /** Llama 3's and Qwen's, around the part that takes digits. */
    String MODERN_HEAD = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}";

    /** See {@link #MODERN_HEAD}. */
    String MODERN_TAIL = "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

    /**
     * The scanner for a pattern.
     *
     * @param where the part of the file that holds it, for messages
     * @throws UnsupportedModelException if there is none
     */
    static WordPattern of(JsonObject where, String regex) {
        if (regex.equals(GPT2_TEXT)) {
            return new Gpt2();
        }
        if (regex.startsWith(MODERN_HEAD) && regex.endsWith(MODERN_TAIL)) {
            String digits =
                    regex.substring(MODERN_HEAD.length(), regex.length() - MODERN_TAIL.length());
            if (digits.isEmpty()) {
                return new Modern(1);
            }
            if (digits.equals("{1,3}")) {
                return new Modern(3);
            }
        }
        throw new UnsupportedModelException(
                where.where()
                        + ": the pattern "
                        + Json.shorten(regex)
                        + " is not known; those of GPT-2, Llama 3 and Qwen 2 are");
    }

    /** {@value #GPT2_TEXT}. */
    record Gpt2() implements WordPattern {
        @Override
        public int end(String text, int from) {
            int c = text.codePointAt(from);
            if (c == '\'') {
                int contraction = contraction(text, from, false);
                if (contraction > 0) {
                    return contraction;
                }
            }
            int body = c == ' ' && from + 1 < text.length() ? from + 1 : from;
            int first = text.codePointAt(body);
            if (CharClass.letter(first)) {
                return letters(text, body);
            }
            if (CharClass.number(first)) {
                return numbers(text, body, Integer.MAX_VALUE);
            }
            if (CharClass.symbol(first)) {
                return symbols(text, body);
            }
            return spaces(text, from);
        }
    }

    /**
     * Llama 3's and Qwen's.
     *
     * @param digits most digits in one word
     */
    record Modern(int digits) implements WordPattern {
        @Override
        public int end(String text, int from) {
            int c = text.codePointAt(from);
            int next = from + Character.charCount(c);
            if (c == '\'') {
                int contraction = contraction(text, from, true);
                if (contraction > 0) {
                    return contraction;
                }
            }
            if (CharClass.letter(c)) {
                return letters(text, from);
            }
            boolean number = CharClass.number(c);
            if (!number
                    && !CharClass.newline(c)
                    && next < text.length()
                    && CharClass.letter(text.codePointAt(next))) {
                return letters(text, next);
            }
            if (number) {
                return numbers(text, from, digits);
            }
            int body = c == ' ' && next < text.length() ? next : from;
            if (CharClass.symbol(text.codePointAt(body))) {
                int end = symbols(text, body);
                while (end < text.length() && CharClass.newline(text.charAt(end))) {
                    end++;
                }
                return end;
            }
            int run = runOfSpaces(text, from);
            for (int i = run; i > from; i--) {
                if (CharClass.newline(text.charAt(i - 1))) {
                    return i;
                }
            }
            return spaces(text, from);
        }
    }

    /** The end of 's, 't, 're, 've, 'm, 'll or 'd; 0 if there is none. */
    private static int contraction(String text, int from, boolean anyCase) {
        if (from + 1 >= text.length()) {
            return 0;
        }
        char a = fold(text.charAt(from + 1), anyCase);
        if (a == 's' || a == 't' || a == 'm' || a == 'd') {
            return from + 2;
        }
        if (from + 2 >= text.length()) {
            return 0;
        }
        char b = fold(text.charAt(from + 2), anyCase);
        boolean pair = (a == 'r' && b == 'e') || (a == 'v' && b == 'e') || (a == 'l' && b == 'l');
        return pair ? from + 3 : 0;
    }

    /** Case folding of Unicode makes one letter beyond ASCII equal to one of ours: the long s. */
    private static char fold(char c, boolean anyCase) {
        if (!anyCase) {
            return c;
        }
        return c == '\u017F' ? 's' : Character.toLowerCase(c);
    }

    private static int letters(String text, int at) {
        while (at < text.length()) {
            int c = text.codePointAt(at);
            if (!CharClass.letter(c)) {
                break;
            }
            at += Character.charCount(c);
        }
        return at;
    }

    private static int numbers(String text, int at, int most) {
        for (int n = 0; n < most && at < text.length(); n++) {
            int c = text.codePointAt(at);
            if (!CharClass.number(c)) {
                break;
            }
            at += Character.charCount(c);
        }
        return at;
    }

    private static int symbols(String text, int at) {
        while (at < text.length()) {
            int c = text.codePointAt(at);
            if (!CharClass.symbol(c)) {
                break;
            }
            at += Character.charCount(c);
        }
        return at;
    }

    private static int runOfSpaces(String text, int at) {
        // All white space lies in the basic plane.
        while (at < text.length() && CharClass.space(text.charAt(at))) {
            at++;
        }
        return at;
    }

    /**
     * {@code \s+(?!\S)|\s+}: a run of white space leaves its last character to the word that
     * follows.
     */
    private static int spaces(String text, int from) {
        int run = runOfSpaces(text, from);
        return run == text.length() || run == from + 1 ? run : run - 1;
    }
}
