package apus.runtime.template;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/** The methods of text that Python has; on marked text they give marked text. */
final class StringMethods {
    /** Their arguments are not text that ends up in the result. */
    private static final Set<String> UNESCAPED =
            Set.of(
                    "split",
                    "rsplit",
                    "splitlines",
                    "startswith",
                    "endswith",
                    "find",
                    "rfind",
                    "index",
                    "rindex",
                    "count");

    private static final Map<String, Method> METHODS = new HashMap<>();

    static {
        letters();
        trimming();
        searching();
        splitting();
        padding();
        CharacterTests.define();
        define("format", (run, s, args) -> BraceFormat.format(s, args, run));
        define(
                "format_map",
                (run, s, args) ->
                        BraceFormat.format(s, new Args(new Object[0], namedBy(args)), run));
    }

    private StringMethods() {}

    /** The method of that name, or null. */
    static Method find(String name) {
        return METHODS.get(name);
    }

    private interface Body {
        Object call(Run run, String self, Args args);
    }

    /** A method with its arguments in the order of its parameters. */
    interface BoundBody {
        Object call(Run run, String self, Signature.Bound args);
    }

    private static void define(String name, Body body) {
        boolean escape = !UNESCAPED.contains(name);
        METHODS.put(
                name,
                (run, self, args) -> {
                    String text = Text.textOf(self);
                    run.steps(weight(text, args));
                    return self instanceof Markup
                            ? marked(body.call(run, text, escape ? escaped(args, run) : args))
                            : body.call(run, text, args);
                });
    }

    /** What reading all the texts of a call once costs, in steps. */
    private static long weight(String self, Args args) {
        long length = self.length();
        for (Object arg : args.positional()) {
            length += arg instanceof String s ? s.length() : 0;
        }
        return length >> 8;
    }

    private static void define(Signature signature, String name, BoundBody body) {
        define(name, (run, s, args) -> body.call(run, s, signature.bind(args)));
    }

    static void define(String name, int required, String parameters, BoundBody body) {
        String[] names = parameters.isEmpty() ? new String[0] : parameters.split(" ");
        define(new Signature(name, required, names), name, body);
    }

    private static Object marked(Object result) {
        return switch (result) {
            case String s -> new Markup(s);
            case Tuple t -> Tuple.of(t.stream().map(StringMethods::marked).toArray());
            case List<?> list -> {
                List<Object> all = new ArrayList<>(list.size());
                list.forEach(item -> all.add(marked(item)));
                yield all;
            }
            case null, default -> result;
        };
    }

    private static Args escaped(Args args, Run run) {
        Object[] values = args.positional().clone();
        for (int i = 0; i < values.length; i++) {
            values[i] = escaped(values[i], run);
        }
        return new Args(values, args.named());
    }

    /** Text, and the texts that {@code join} is given. */
    private static Object escaped(Object value, Run run) {
        return switch (value) {
            case String s -> Markup.escaped(s, run);
            case List<?> list -> {
                List<Object> all = new ArrayList<>(list.size());
                list.forEach(
                        item -> all.add(item instanceof String s ? Markup.escaped(s, run) : item));
                yield all;
            }
            case null, default -> value;
        };
    }

    private static Map<String, Object> namedBy(Args args) {
        if (args.count() != 1 || !(args.positional()[0] instanceof Map<?, ?> map)) {
            throw TemplateException.failed("format_map() takes one map");
        }
        Map<String, Object> named = new HashMap<>();
        map.forEach((key, value) -> named.put(String.valueOf(key), value));
        return named;
    }

    private static void letters() {
        Map<String, UnaryOperator<String>> changes =
                Map.of(
                        "upper", Case::upper,
                        "lower", Case::lower,
                        "capitalize", Case::capitalize,
                        "title", Case::title,
                        "swapcase", Case::swap,
                        "casefold", Case::fold);
        changes.forEach(
                (name, change) -> define(name, 0, "", (run, s, _) -> run.made(change.apply(s))));
    }

    private static void trimming() {
        define("strip", 0, "chars", (run, s, a) -> run.made(Strip.both(s, a.text(0, null))));
        define("lstrip", 0, "chars", (run, s, a) -> run.made(Strip.left(s, a.text(0, null))));
        define("rstrip", 0, "chars", (run, s, a) -> run.made(Strip.right(s, a.text(0, null))));
        define(
                "removeprefix",
                1,
                "prefix",
                (run, s, a) ->
                        s.startsWith(a.text(0)) ? run.made(s.substring(a.text(0).length())) : s);
        define(
                "removesuffix",
                1,
                "suffix",
                (run, s, a) ->
                        s.endsWith(a.text(0))
                                ? run.made(s.substring(0, s.length() - a.text(0).length()))
                                : s);
    }

    private static void searching() {
        define("startswith", 1, "prefix start end", (run, s, a) -> affix(run, s, a, true));
        define("endswith", 1, "suffix start end", (run, s, a) -> affix(run, s, a, false));
        define("find", 1, "sub start end", (run, s, a) -> place(run, s, a, true));
        define("rfind", 1, "sub start end", (run, s, a) -> place(run, s, a, false));
        define("index", 1, "sub start end", (run, s, a) -> found(place(run, s, a, true)));
        define("rindex", 1, "sub start end", (run, s, a) -> found(place(run, s, a, false)));
        define(
                "count",
                1,
                "sub start end",
                (run, s, a) -> Replace.count(part(s, a), a.text(0), run));
        define(
                "replace",
                2,
                "old new count",
                (run, s, a) -> Replace.all(s, a.text(0), a.text(1), a.integer(2, -1), run));
    }

    /** The part of the text that the second and third argument, start and end, choose. */
    private static String part(String s, Signature.Bound a) {
        int start = a.or(1, null) == null ? 0 : CodePoints.offset(s, a.integer(1));
        int end = a.or(2, null) == null ? s.length() : CodePoints.offset(s, a.integer(2));
        return start < end ? s.substring(start, end) : "";
    }

    private static Object affix(Run run, String s, Signature.Bound a, boolean first) {
        String part = part(s, a);
        List<?> affixes = a.get(0) instanceof Tuple t ? t : List.of(a.text(0));
        for (Object affix : affixes) {
            String text = Text.textOf(affix);
            if (text == null) {
                throw TemplateException.failed(a.function() + "() takes text or a tuple of texts");
            }
            run.steps(1 + (text.length() >> 6));
            if (first ? part.startsWith(text) : part.endsWith(text)) {
                return true;
            }
        }
        return false;
    }

    private static Object place(Run run, String s, Signature.Bound a, boolean first) {
        int start = a.or(1, null) == null ? 0 : CodePoints.offset(s, a.integer(1));
        String part = part(s, a);
        String wanted = a.text(0);
        int at =
                first
                        ? Search.indexOf(part, wanted, 0, run)
                        : Search.lastIndexOf(part, wanted, part.length(), run);
        return at < 0 ? -1L : (long) CodePoints.index(s, start + at);
    }

    private static Object found(Object place) {
        if (place.equals(-1L)) {
            throw TemplateException.failed("substring not found");
        }
        return place;
    }

    private static void splitting() {
        define(
                "split",
                0,
                "sep maxsplit",
                (run, s, a) -> Split.fromLeft(s, a.text(0, null), a.integer(1, -1), run));
        define(
                "rsplit",
                0,
                "sep maxsplit",
                (run, s, a) -> Split.fromRight(s, a.text(0, null), a.integer(1, -1), run));
        define("splitlines", 0, "keepends", (run, s, a) -> Split.lines(s, a.truth(0, false), run));
        define("partition", 1, "sep", (run, s, a) -> partition(run, s, a.text(0), true));
        define("rpartition", 1, "sep", (run, s, a) -> partition(run, s, a.text(0), false));
        define("join", 1, "iterable", (run, s, a) -> join(run, s, a.get(0)));
    }

    private static Object partition(Run run, String s, String separator, boolean first) {
        Split.wanted(separator);
        int at =
                first
                        ? Search.indexOf(s, separator, 0, run)
                        : Search.lastIndexOf(s, separator, s.length(), run);
        run.making(s.length());
        if (at < 0) {
            return first ? Tuple.of(s, "", "") : Tuple.of("", "", s);
        }
        return Tuple.of(s.substring(0, at), separator, s.substring(at + separator.length()));
    }

    private static Object join(Run run, String separator, Object items) {
        StringBuilder out = new StringBuilder();
        int index = 0;
        for (Iterator<?> it = Iteration.over(items, run); it.hasNext(); index++) {
            Object item = it.next();
            String text = Text.textOf(item);
            if (text == null) {
                throw TemplateException.failed(
                        "join() takes texts, but element "
                                + index
                                + " is of type "
                                + Types.name(item));
            }
            out.append(index > 0 ? separator : "").append(text);
            run.growing(out);
        }
        return run.made(out.toString());
    }

    private static void padding() {
        define(
                "ljust",
                1,
                "width fill",
                (run, s, a) -> Padding.pad(s, a.integer(0), a.text(1, " "), '<', run));
        define(
                "rjust",
                1,
                "width fill",
                (run, s, a) -> Padding.pad(s, a.integer(0), a.text(1, " "), '>', run));
        define(
                "center",
                1,
                "width fill",
                (run, s, a) -> Padding.pad(s, a.integer(0), a.text(1, " "), 'c', run));
        define("zfill", 1, "width", (run, s, a) -> Padding.zeros(s, a.integer(0), run));
        define(
                "expandtabs",
                0,
                "tabsize",
                (run, s, a) -> Padding.expandTabs(s, a.integer(0, 8), run));
    }
}
