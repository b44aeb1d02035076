package apus.runtime.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code json.dumps}: values as JSON text, spaced as Python spaces it. */
final class JsonWriter {
    private static final char[] HEX = "0123456789abcdef".toCharArray();

    private final Run run;
    private final boolean ascii;
    private final boolean sortKeys;
    private final String indent;
    private final String itemSeparator;
    private final String keySeparator;
    private final StringBuilder out = new StringBuilder();
    private int level;

    /**
     * @param indent what each level adds, or null for all on one line
     */
    private JsonWriter(
            Run run,
            boolean ascii,
            boolean sortKeys,
            String indent,
            String itemSeparator,
            String keySeparator) {
        this.run = run;
        this.ascii = ascii;
        this.sortKeys = sortKeys;
        this.indent = indent;
        this.itemSeparator = itemSeparator;
        this.keySeparator = keySeparator;
    }

    /** {@code x | tojson}. */
    static Object filter(Run run, Object value, Signature.Bound options) {
        String indent = indent(options.or(1, null), run);
        String items = indent == null ? ", " : ",";
        String keys = ": ";
        if (options.or(2, null) != null) {
            List<Object> separators = Iteration.list(options.get(2), run);
            items = separators.size() == 2 ? Text.textOf(separators.get(0)) : null;
            keys = separators.size() == 2 ? Text.textOf(separators.get(1)) : null;
            if (items == null || keys == null) {
                throw TemplateException.failed("tojson's separators must be two texts");
            }
        }
        JsonWriter writer =
                new JsonWriter(
                        run, options.truth(0, false), options.truth(3, false), indent, items, keys);
        writer.value(value);
        return run.made(writer.out.toString());
    }

    private static String indent(Object option, Run run) {
        if (option == null) {
            return null;
        }
        String text = Text.textOf(option);
        if (text != null) {
            return text;
        }
        int width = Math.max(0, Numbers.toIndex(option, "tojson's indent"));
        run.making(width);
        return " ".repeat(width);
    }

    private void value(Object value) {
        run.growing(out);
        switch (value) {
            case null -> out.append("null");
            case String s -> string(s);
            case Markup m -> string(m.text());
            case Boolean b -> out.append(b);
            case Number n -> out.append(number(n));
            case List<?> list when !(list instanceof Range) -> list(list);
            case Map<?, ?> map -> map(map);
            default ->
                    throw TemplateException.failed(
                            "a value of type " + Types.name(value) + " cannot be written as JSON");
        }
    }

    private static String number(Number n) {
        if (Numbers.normal(n) instanceof Double d && !Double.isFinite(d)) {
            return Double.isNaN(d) ? "NaN" : d > 0 ? "Infinity" : "-Infinity";
        }
        return Numbers.repr(n);
    }

    private void list(List<?> list) {
        if (list.isEmpty()) {
            out.append("[]");
            return;
        }
        out.append('[');
        down();
        boolean first = true;
        for (Object item : list) {
            separate(first);
            first = false;
            value(item);
        }
        up();
        out.append(']');
    }

    private void map(Map<?, ?> map) {
        if (map.isEmpty()) {
            out.append("{}");
            return;
        }
        out.append('{');
        down();
        boolean first = true;
        for (Map.Entry<?, ?> entry : entries(map)) {
            separate(first);
            first = false;
            string(key(entry.getKey()));
            out.append(keySeparator);
            value(entry.getValue());
        }
        up();
        out.append('}');
    }

    private Iterable<? extends Map.Entry<?, ?>> entries(Map<?, ?> map) {
        if (!sortKeys) {
            return map.entrySet();
        }
        run.makingItems(map.size());
        List<Map.Entry<?, ?>> entries = new ArrayList<>(map.entrySet());
        Ordering.sort(entries, Ordering.by(Map.Entry::getKey, run));
        return entries;
    }

    private static String key(Object key) {
        return switch (key) {
            case null -> "null";
            case String s -> s;
            case Boolean b -> b.toString();
            case Number n -> number(n);
            default ->
                    throw TemplateException.failed(
                            "a key of type " + Types.name(key) + " cannot be written as JSON");
        };
    }

    private void down() {
        run.enter(1);
        level++;
    }

    private void up() {
        level--;
        run.leave(1);
        newLine();
    }

    private void separate(boolean first) {
        if (!first) {
            out.append(itemSeparator);
        }
        newLine();
    }

    private void newLine() {
        if (indent != null) {
            run.making((long) indent.length() * level);
            out.append('\n').repeat(indent, level);
        }
    }

    private void string(String s) {
        out.append('"');
        int plain = 0;
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            if (c >= 0x20 && c != '"' && c != '\\' && (!ascii || c < 0x7f)) {
                continue;
            }
            out.append(s, plain, i);
            plain = i + 1;
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                default -> {
                    out.append("\\u");
                    for (int shift = 12; shift >= 0; shift -= 4) {
                        out.append(HEX[(c >> shift) & 15]);
                    }
                }
            }
        }
        out.append(s, plain, s.length()).append('"');
    }
}
