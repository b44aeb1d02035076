package apus.runtime.template;

/** Finding text in text in linear time, since a template may choose both. */
final class Search {
    /** Up to this product of lengths even the worst case of the plain search is quick. */
    private static final long PLAIN = 1L << 24;

    private Search() {}

    /** The first place at or after {@code from}, or -1; lengths in UTF-16 units. */
    static int indexOf(String text, String part, int from, Run run) {
        if (part.length() < 2 || (long) (text.length() - from) * part.length() <= PLAIN) {
            int at = text.indexOf(part, from);
            run.steps(((at < 0 ? text.length() : at) - from) >> 8);
            return at;
        }
        // Knuth, Morris, Pratt: "Fast pattern matching in strings", 1977.
        run.steps(part.length() >> 4);
        int[] border = borders(part);
        int matched = 0;
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            while (matched > 0 && part.charAt(matched) != c) {
                matched = border[matched - 1];
            }
            if (part.charAt(matched) == c) {
                matched++;
            }
            if ((i & 0xfff) == 0) {
                run.steps(256);
            }
            if (matched == part.length()) {
                return i - matched + 1;
            }
        }
        return -1;
    }

    /** The last place that ends at or before {@code to}, or -1. */
    static int lastIndexOf(String text, String part, int to, Run run) {
        run.steps(to >> 8);
        if (part.length() < 2 || (long) to * part.length() <= PLAIN) {
            return text.lastIndexOf(part, to - part.length());
        }
        run.making(2L * to);
        String reversed = new StringBuilder(text.substring(0, to)).reverse().toString();
        int at = indexOf(reversed, new StringBuilder(part).reverse().toString(), 0, run);
        return at < 0 ? -1 : to - at - part.length();
    }

    private static int[] borders(String part) {
        int[] border = new int[part.length()];
        int length = 0;
        for (int i = 1; i < part.length(); i++) {
            while (length > 0 && part.charAt(length) != part.charAt(i)) {
                length = border[length - 1];
            }
            if (part.charAt(length) == part.charAt(i)) {
                length++;
            }
            border[i] = length;
        }
        return border;
    }
}
