package apus.runtime.template;

import java.util.List;
import java.util.Map;

/** Values as text: Python's {@code str} and {@code repr}. */
final class Text {
    private Text() {}

    /** The text of a string, marked or not; null for every other value. */
    static String textOf(Object value) {
        return value instanceof String s ? s : value instanceof Markup m ? m.text() : null;
    }

    /** {@code str(value)}. */
    static String of(Object value, Run run) {
        return switch (value) {
            case String s -> s;
            case Markup m -> m.text();
            case Undefined _ -> "";
            case null, default -> repr(value, run);
        };
    }

    static String repr(Object value, Run run) {
        StringBuilder out = new StringBuilder();
        repr(value, run, out);
        run.making(out.length());
        return out.toString();
    }

    private static void repr(Object value, Run run, StringBuilder out) {
        run.growing(out);
        switch (value) {
            case null -> out.append("None");
            case String s -> quote(s, out);
            case Markup m -> {
                out.append("Markup(");
                quote(m.text(), out);
                out.append(')');
            }
            case Boolean b -> out.append(b ? "True" : "False");
            case Number n -> out.append(Numbers.repr(n));
            case Undefined _ -> out.append("Undefined");
            case Range r -> out.append(r.repr());
            case Tuple t -> {
                items(t, "(", t.size() == 1 ? ",)" : ")", run, out);
            }
            case List<?> l -> items(l, "[", "]", run, out);
            case Map<?, ?> m -> entries(m, run, out);
            case DictView v -> {
                out.append(Types.name(v));
                run.enter(1);
                String separator = "([";
                for (var it = v.iterator(); it.hasNext(); ) {
                    out.append(separator);
                    repr(it.next(), run, out);
                    separator = ", ";
                }
                run.leave(1);
                out.append(separator.equals("([") ? "([])" : "])");
            }
            case Loop loop -> out.append(loop.repr());
            case Macro m -> out.append("<Macro '").append(m.body().name()).append("'>");
            case Namespace ns -> {
                out.append("<Namespace ");
                entries(ns.members(), run, out);
                out.append('>');
            }
            default -> out.append('<').append(Types.name(value)).append(" object>");
        }
    }

    private static void items(List<?> list, String open, String close, Run run, StringBuilder out) {
        run.enter(1);
        String separator = open;
        for (Object item : list) {
            out.append(separator);
            repr(item, run, out);
            separator = ", ";
        }
        out.append(list.isEmpty() ? open : "").append(close);
        run.leave(1);
    }

    private static void entries(Map<?, ?> map, Run run, StringBuilder out) {
        run.enter(1);
        String separator = "{";
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            out.append(separator);
            repr(entry.getKey(), run, out);
            out.append(": ");
            repr(entry.getValue(), run, out);
            separator = ", ";
        }
        out.append(map.isEmpty() ? "{}" : "}");
        run.leave(1);
    }

    /** A string literal: single quotes unless only single ones occur inside. */
    static void quote(String s, StringBuilder out) {
        char quote = s.indexOf('\'') >= 0 && s.indexOf('"') < 0 ? '"' : '\'';
        out.append(quote);
        for (int i = 0; i < s.length(); ) {
            int c = s.codePointAt(i);
            i += Character.charCount(c);
            switch (c) {
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\\' -> out.append("\\\\");
                default -> {
                    if (c == quote) {
                        out.append('\\').append(quote);
                    } else if (Chars.isPrintable(c)) {
                        out.appendCodePoint(c);
                    } else if (c < 0x100) {
                        out.append("\\x%02x".formatted(c));
                    } else if (c < 0x10000) {
                        out.append("\\u%04x".formatted(c));
                    } else {
                        out.append("\\U%08x".formatted(c));
                    }
                }
            }
        }
        out.append(quote);
    }

    /** A value in a message: short, whatever it is. */
    static String brief(Object value) {
        return switch (value) {
            case null -> "None";
            case String s -> "'" + (s.length() > 60 ? s.substring(0, 60) + "..." : s) + "'";
            case Boolean b -> b ? "True" : "False";
            case Number n -> Numbers.repr(n);
            default -> "of type " + Types.name(value);
        };
    }
}
