package apus.runtime.template;

import java.util.Iterator;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/** Filters that give text. What is not text is printed first; marked text stays marked. */
final class TextFilters {
    private static final Pattern WORD = Pattern.compile("\\w+", Pattern.UNICODE_CHARACTER_CLASS);
    private static final String WORD_BREAKS = "-({[<";

    private TextFilters() {}

    static void define() {
        simple("upper", Case::upper);
        simple("lower", Case::lower);
        simple("capitalize", Case::capitalize);
        define("title", 0, "", (run, s, _) -> title(s, run));
        define("trim", 0, "chars", (run, s, a) -> run.made(Strip.both(s, a.text(0, null))));
        define(
                "center",
                0,
                "width",
                (run, s, a) -> Padding.pad(s, a.integer(0, 80), " ", 'c', run));
        Filters.define("truncate", 0, "length killwords end leeway", TextFilters::truncate);
        Filters.define("string", 0, "", (run, v, _) -> soft(v, run));
        Filters.define("safe", 0, "", (run, v, _) -> new Markup(Text.of(v, run)));
        Filters.define("escape", 0, "", (run, v, _) -> Markup.escape(v, run));
        Filters.alias("e", "escape");
        Filters.define("forceescape", 0, "", (run, v, _) -> Markup.escape(Text.of(v, run), run));
        Filters.define("striptags", 0, "", (run, v, _) -> StripTags.strip(Text.of(v, run), run));
        Filters.define("replace", 2, "old new count", TextFilters::replace);
        Filters.define("indent", 0, "width first blank", TextFilters::indent);
        Filters.define("join", 0, "d attribute", TextFilters::join);
        Filters.define("format", TextFilters::format);
        Filters.define(
                "wordcount",
                0,
                "",
                (run, v, _) -> WORD.matcher(run.made(Text.of(v, run))).results().count());
    }

    private interface Body {
        String apply(Run run, String s, Signature.Bound args);
    }

    private static void define(String name, int required, String parameters, Body body) {
        Filters.define(
                name,
                required,
                parameters,
                (run, value, args) -> {
                    String text = body.apply(run, Text.of(value, run), args);
                    return value instanceof Markup ? new Markup(text) : text;
                });
    }

    private static void simple(String name, UnaryOperator<String> change) {
        define(name, 0, "", (run, s, _) -> run.made(change.apply(s)));
    }

    /** Text as it is, marked or not; all else printed. */
    private static Object soft(Object value, Run run) {
        return value instanceof Markup ? value : Text.of(value, run);
    }

    /** Unlike the method of that name: apostrophes do not start a word. Never marked. */
    private static String title(String s, Run run) {
        StringBuilder out = new StringBuilder(s.length());
        boolean start = true;
        int from = 0;
        for (int i = 0; i <= s.length(); i++) {
            boolean breaks = i < s.length() && isWordBreak(s.charAt(i));
            if (i == s.length() || breaks != start) {
                if (i > from) {
                    String piece = s.substring(from, i);
                    int first = piece.offsetByCodePoints(0, 1);
                    out.append(Case.upper(piece.substring(0, first)))
                            .append(Case.lower(piece.substring(first)));
                }
                from = i;
                start = breaks;
            }
        }
        return run.made(out.toString());
    }

    private static boolean isWordBreak(char c) {
        return Chars.isSpace(c) || WORD_BREAKS.indexOf(c) >= 0;
    }

    private static Object truncate(Run run, Object value, Signature.Bound a) {
        int length = a.integer(0, 255);
        String end = a.text(2, "...");
        int leeway = a.or(3, null) == null ? 5 : a.integer(3);
        int kept = length - CodePoints.length(end);
        if (kept < 0 || leeway < 0) {
            throw TemplateException.failed(
                    "truncate() needs a length of at least that of its end, and no negative leeway");
        }
        if (Iteration.length(value, run) <= (long) length + leeway) {
            return value;
        }
        String text = Text.textOf(value);
        if (text == null) {
            throw TemplateException.failed("truncate takes text, not " + Types.name(value));
        }
        String cut = CodePoints.substring(text, 0, kept);
        int blank = cut.lastIndexOf(' ');
        String shorter = a.truth(1, false) || blank < 0 ? cut : cut.substring(0, blank);
        String result = run.concat(shorter, end);
        return value instanceof Markup ? new Markup(result) : result;
    }

    private static Object replace(Run run, Object value, Signature.Bound a) {
        int max = a.or(2, null) == null ? -1 : a.integer(2);
        return Replace.all(
                Text.of(value, run), Text.of(a.get(0), run), Text.of(a.get(1), run), max, run);
    }

    private static Object indent(Run run, Object value, Signature.Bound a) {
        String text = Text.textOf(value);
        if (text == null) {
            throw TemplateException.failed("indent takes text, not " + Types.name(value));
        }
        Object width = a.or(0, 4L);
        String given = Text.textOf(width);
        if (given == null) {
            int blanks = Math.max(0, Numbers.toIndex(width, "indent's width"));
            run.making(blanks);
            given = " ".repeat(blanks);
        }
        boolean blank = a.truth(2, false);
        List<Object> lines = Split.lines(text + "\n", false, run);
        StringBuilder out = new StringBuilder(a.truth(1, false) ? given : "");
        for (int i = 0; i < lines.size(); i++) {
            String line = (String) lines.get(i);
            out.append(i > 0 ? "\n" : "");
            out.append(i > 0 && (blank || !line.isEmpty()) ? given : "").append(line);
            run.growing(out);
        }
        String result = run.made(out.toString());
        return value instanceof Markup ? new Markup(result) : result;
    }

    private static Object join(Run run, Object value, Signature.Bound a) {
        String separator = a.has(0) ? Text.of(a.get(0), run) : "";
        Object attribute = a.or(1, null);
        StringBuilder out = new StringBuilder();
        boolean first = true;
        for (Iterator<?> it = Iteration.over(value, run); it.hasNext(); ) {
            Object item = it.next();
            Object shown =
                    attribute == null
                            ? item
                            : AttributePath.of(attribute).get(item, Undefined.MISSING, run);
            out.append(first ? "" : separator).append(Text.of(shown, run));
            first = false;
            run.growing(out);
        }
        return run.made(out.toString());
    }

    private static Object format(Run run, Object value, Args args) {
        if (args.count() > 0 && !args.named().isEmpty()) {
            throw TemplateException.failed("format takes values by place or by name, not both");
        }
        Object values =
                args.named().isEmpty() ? Tuple.of(args.positional()) : new Dict(args.named());
        return PercentFormat.format(soft(value, run), values, run);
    }
}
