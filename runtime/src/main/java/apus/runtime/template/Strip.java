package apus.runtime.template;

/** Taking characters off the ends of text. */
final class Strip {
    private Strip() {}

    static String both(String s, String characters) {
        return right(left(s, characters), characters);
    }

    /**
     * @param characters what goes, in any order; null for white space
     */
    static String left(String s, String characters) {
        int start = 0;
        while (start < s.length()) {
            int c = s.codePointAt(start);
            if (!goes(c, characters)) {
                break;
            }
            start += Character.charCount(c);
        }
        return s.substring(start);
    }

    static String right(String s, String characters) {
        int end = s.length();
        while (end > 0) {
            int c = s.codePointBefore(end);
            if (!goes(c, characters)) {
                break;
            }
            end -= Character.charCount(c);
        }
        return s.substring(0, end);
    }

    private static boolean goes(int c, String characters) {
        return characters == null ? Chars.isSpace(c) : characters.indexOf(c) >= 0;
    }
}
