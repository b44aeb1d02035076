package apus.runtime.template;

/**
 * Text marked as safe by the filter of that name: joined by {@code +} to plain text, it escapes it.
 */
record Markup(String text) {
    /** Escapes plain text as HTML; marked text stays. */
    static Markup escape(Object value, Run run) {
        return value instanceof Markup m ? m : new Markup(escaped(Text.of(value, run), run));
    }

    static String escaped(String s, Run run) {
        StringBuilder out = new StringBuilder(s.length() + 16);
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '\'' -> out.append("&#39;");
                case '"' -> out.append("&#34;");
                default -> out.append(c);
            }
        }
        return run.made(out.toString());
    }

    @Override
    public String toString() {
        return text;
    }
}
