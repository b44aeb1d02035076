package apus.runtime.template;

import java.util.Locale;

/** Upper, lower and title case. */
final class Case {
    private Case() {}

    static String upper(String s) {
        return s.toUpperCase(Locale.ROOT);
    }

    static String lower(String s) {
        return s.toLowerCase(Locale.ROOT);
    }

    static String capitalize(String s) {
        if (s.isEmpty()) {
            return s;
        }
        int first = s.codePointAt(0);
        String rest = lower(s).substring(lower(Character.toString(first)).length());
        return titled(first) + rest;
    }

    /** Every run of letters starts in title case. */
    static String title(String s) {
        StringBuilder out = new StringBuilder(s.length());
        boolean inWord = false;
        for (int i = 0; i < s.length(); ) {
            int c = s.codePointAt(i);
            i += Character.charCount(c);
            out.append(inWord ? lower(Character.toString(c)) : titled(c));
            inWord = isCased(c);
        }
        return out.toString();
    }

    static String swap(String s) {
        StringBuilder out = new StringBuilder(s.length());
        s.codePoints()
                .forEach(c -> {
                    String one = Character.toString(c);
                    out.append(Character.isUpperCase(c) ? lower(one) : upper(one));
                });
        return out.toString();
    }

    /** Case folding by way of upper case; the final sigma is the one letter that gets it wrong. */
    static String fold(String s) {
        return lower(upper(s)).replace('\u03c2', '\u03c3');
    }

    private static String titled(int c) {
        int title = Character.toTitleCase(c);
        // One letter that becomes several, such as the sharp s, has no simple mapping.
        String upper = upper(Character.toString(c));
        return title == c && upper.codePointCount(0, upper.length()) > 1
                ? capitalize(upper)
                : Character.toString(title);
    }

    static boolean isCased(int c) {
        return Character.isUpperCase(c) || Character.isLowerCase(c) || Character.isTitleCase(c);
    }

    static boolean isUpper(String s) {
        return s.codePoints().anyMatch(Case::isCased)
                && s.codePoints()
                        .noneMatch(c -> Character.isLowerCase(c) || Character.isTitleCase(c));
    }

    static boolean isLower(String s) {
        return s.codePoints().anyMatch(Case::isCased)
                && s.codePoints()
                        .noneMatch(c -> Character.isUpperCase(c) || Character.isTitleCase(c));
    }

    static boolean isTitle(String s) {
        boolean cased = false;
        boolean before = false;
        for (int i = 0; i < s.length(); ) {
            int c = s.codePointAt(i);
            i += Character.charCount(c);
            boolean starts = Character.isUpperCase(c) || Character.isTitleCase(c);
            if ((starts && before) || (Character.isLowerCase(c) && !before)) {
                return false;
            }
            before = isCased(c);
            cased |= before;
        }
        return cased;
    }
}
