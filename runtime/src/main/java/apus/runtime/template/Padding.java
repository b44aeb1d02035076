package apus.runtime.template;

/** Text brought to a width, in code points. */
final class Padding {
    private Padding() {}

    /**
     * @param align {@code <} fills behind, {@code >} before, {@code ^} both with the odd one
     *     behind, {@code c} both as {@code str.center} does it
     */
    static String pad(String s, int width, String fill, char align, Run run) {
        if (CodePoints.length(fill) != 1) {
            throw TemplateException.failed("the fill character must be exactly one character long");
        }
        int missing = Math.max(0, width) - CodePoints.length(s);
        if (missing <= 0) {
            return s;
        }
        run.making((long) s.length() + (long) missing * fill.length());
        int before =
                switch (align) {
                    case '<' -> 0;
                    case '>' -> missing;
                    // CPython puts the odd blank in front when the width is odd too.
                    case 'c' -> missing / 2 + (missing & width & 1);
                    default -> missing / 2;
                };
        return fill.repeat(before) + s + fill.repeat(missing - before);
    }

    static String zeros(String s, int width, Run run) {
        int missing = Math.max(0, width) - CodePoints.length(s);
        if (missing <= 0) {
            return s;
        }
        run.making((long) s.length() + missing);
        boolean signed = s.startsWith("-") || s.startsWith("+");
        return (signed ? s.substring(0, 1) : "")
                + "0".repeat(missing)
                + (signed ? s.substring(1) : s);
    }

    static String expandTabs(String s, int size, Run run) {
        StringBuilder out = new StringBuilder(s.length());
        int column = 0;
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            if (c == '\t') {
                int blanks = size > 0 ? size - column % size : 0;
                run.making(blanks);
                out.repeat(' ', blanks);
                run.growing(out);
                column += blanks;
            } else {
                out.append(c);
                column =
                        c == '\n' || c == '\r' ? 0 : column + (Character.isLowSurrogate(c) ? 0 : 1);
            }
        }
        return run.made(out.toString());
    }
}
