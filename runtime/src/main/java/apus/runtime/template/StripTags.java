package apus.runtime.template;

import java.util.Map;

/**
 * The text of an HTML fragment: no comments, no tags, single blanks, the common entities resolved.
 */
final class StripTags {
    private static final Map<String, String> ENTITIES =
            Map.of("amp", "&", "lt", "<", "gt", ">", "quot", "\"", "apos", "'", "nbsp", "\u00a0");

    private StripTags() {}

    static String strip(String s, Run run) {
        String plain = without(without(s, "<!--", "-->", run), "<", ">", run);
        StringBuilder out = new StringBuilder(plain.length());
        for (Object word : Split.fromLeft(plain, null, -1, run)) {
            out.append(out.isEmpty() ? "" : " ").append(word);
        }
        return run.made(resolved(out.toString()));
    }

    private static String without(String s, String open, String close, Run run) {
        StringBuilder out = new StringBuilder(s.length());
        int start = 0;
        while (true) {
            int from = s.indexOf(open, start);
            int to = from < 0 ? -1 : s.indexOf(close, from + open.length());
            if (to < 0) {
                return out.append(s, start, s.length()).toString();
            }
            run.step();
            out.append(s, start, from);
            start = to + close.length();
        }
    }

    private static String resolved(String s) {
        StringBuilder out = new StringBuilder(s.length());
        for (int i = 0; i < s.length(); i++) {
            int end = s.charAt(i) == '&' ? s.indexOf(';', i) : -1;
            String entity = end > i && end - i <= 8 ? entity(s.substring(i + 1, end)) : null;
            if (entity == null) {
                out.append(s.charAt(i));
            } else {
                out.append(entity);
                i = end;
            }
        }
        return out.toString();
    }

    private static String entity(String name) {
        if (!name.startsWith("#")) {
            return ENTITIES.get(name);
        }
        boolean hex = name.startsWith("#x") || name.startsWith("#X");
        try {
            int c = Integer.parseInt(name.substring(hex ? 2 : 1), hex ? 16 : 10);
            return Character.isValidCodePoint(c) ? Character.toString(c) : null;
        } catch (NumberFormatException _) {
            return null;
        }
    }
}
