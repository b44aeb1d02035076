package apus.runtime.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;

/** {@code text % values}. */
final class PercentFormat {
    private final Run run;
    private final String format;
    private final Object values;
    private final boolean escape;
    private final StringBuilder out = new StringBuilder();
    private int pos;
    private int used;

    private PercentFormat(String format, Object values, boolean escape, Run run) {
        this.format = format;
        this.values = values;
        this.escape = escape;
        this.run = run;
    }

    /**
     * @param format text; marked text escapes the values
     * @param values a tuple, a map for named values, or the one value
     */
    static Object format(Object format, Object values, Run run) {
        boolean marked = format instanceof Markup;
        PercentFormat percent = new PercentFormat(Text.textOf(format), values, marked, run);
        percent.run();
        String text = run.made(percent.out.toString());
        return marked ? new Markup(text) : text;
    }

    private void run() {
        while (pos < format.length()) {
            char c = format.charAt(pos++);
            if (c == '%') {
                directive();
                run.growing(out);
            } else {
                out.append(c);
            }
        }
        boolean keyed = values instanceof Map || values instanceof Undefined || isPlainList(values);
        int given = values instanceof Tuple t ? t.size() : 1;
        if (used < given && !keyed) {
            throw TemplateException.failed("not all values were used by the format");
        }
    }

    private static boolean isPlainList(Object value) {
        return value instanceof List && !(value instanceof Tuple);
    }

    private void directive() {
        Object named = Undefined.MISSING;
        if (peek() == '(') {
            int close = format.indexOf(')', pos);
            if (close < 0) {
                throw TemplateException.failed("incomplete format key");
            }
            if (!(values instanceof Map<?, ?> map)) {
                throw TemplateException.failed("format requires a mapping");
            }
            String key = format.substring(pos + 1, close);
            named = Dict.find(map, key, Undefined.MISSING);
            if (named == Undefined.MISSING) {
                throw TemplateException.failed("the format's key '" + key + "' is missing");
            }
            pos = close + 1;
        }
        int flags = pos;
        while ("-+ #0".indexOf(peek()) >= 0) {
            pos++;
        }
        String flag = format.substring(flags, pos);
        int width = number();
        int precision = -1;
        if (peek() == '.') {
            pos++;
            precision = Math.max(0, number());
        }
        while ("hlL".indexOf(peek()) >= 0) {
            pos++;
        }
        char type = peek();
        pos++;
        if (type == '%') {
            out.append('%');
            return;
        }
        boolean left = flag.indexOf('-') >= 0 || width < 0;
        Object value = named == Undefined.MISSING ? next() : named;
        append(text(value, type, flag, precision), Math.abs(width), flag, left, type);
    }

    private char peek() {
        if (pos >= format.length()) {
            throw TemplateException.failed("incomplete format");
        }
        return format.charAt(pos);
    }

    /** Digits, or a star for a value; 0 for nothing. */
    private int number() {
        if (peek() == '*') {
            pos++;
            return Numbers.toIndex(next(), "a width given by '*'");
        }
        int start = pos;
        while (peek() >= '0' && peek() <= '9') {
            pos++;
        }
        if (pos - start > 9) {
            throw TemplateException.limit("a format's width of " + (pos - start) + " digits");
        }
        return pos > start ? Integer.parseInt(format, start, pos, 10) : 0;
    }

    private Object next() {
        if (values instanceof Tuple t) {
            if (used >= t.size()) {
                throw TemplateException.failed("not enough values for the format");
            }
            return t.get(used++);
        }
        if (used > 0) {
            throw TemplateException.failed("not enough values for the format");
        }
        used++;
        return values;
    }

    private void append(String text, int width, String flag, boolean left, char type) {
        int missing = Math.max(0, width) - CodePoints.length(text);
        if (missing <= 0) {
            out.append(text);
            return;
        }
        run.making(missing);
        boolean numeric = "sracC".indexOf(type) < 0;
        if (left) {
            out.append(text).repeat(' ', missing);
        } else if (numeric && flag.indexOf('0') >= 0) {
            int sign = text.isEmpty() || "+- ".indexOf(text.charAt(0)) < 0 ? 0 : 1;
            int prefix =
                    sign + (text.startsWith("0x", sign) || text.startsWith("0X", sign) ? 2 : 0);
            out.append(text, 0, prefix).repeat('0', missing).append(text, prefix, text.length());
        } else {
            out.repeat(' ', missing).append(text);
        }
    }

    private String text(Object value, char type, String flag, int precision) {
        return switch (type) {
            case 's' ->
                    cut(escape ? Markup.escape(value, run).text() : Text.of(value, run), precision);
            case 'r' -> cut(escaped(Text.repr(value, run)), precision);
            case 'd', 'i', 'u' -> signed(integer(value, type, true), 10, flag, precision, "");
            case 'x' -> signed(integer(value, type, false), 16, flag, precision, "0x");
            case 'X' -> Case.upper(signed(integer(value, type, false), 16, flag, precision, "0x"));
            case 'o' -> signed(integer(value, type, false), 8, flag, precision, "0o");
            case 'f', 'F', 'e', 'E', 'g', 'G' -> {
                double d = floating(value, type);
                boolean negative = d < 0 || (d == 0 && 1 / d < 0);
                String digits =
                        FloatFormat.format(
                                d, precision < 0 ? 6 : precision, type, flag.indexOf('#') >= 0);
                yield sign(negative, flag) + digits;
            }
            case 'c' -> character(value);
            default ->
                    throw TemplateException.failed("unsupported format character '" + type + "'");
        };
    }

    private String escaped(String text) {
        return escape ? Markup.escaped(text, run) : text;
    }

    private String cut(String text, int precision) {
        run.steps(text.length() >> 8);
        return precision < 0 || CodePoints.length(text) <= precision
                ? text
                : CodePoints.substring(text, 0, precision);
    }

    private static String sign(boolean negative, String flag) {
        return negative ? "-" : flag.indexOf('+') >= 0 ? "+" : flag.indexOf(' ') >= 0 ? " " : "";
    }

    private String signed(BigInteger n, int radix, String flag, int precision, String prefix) {
        String digits = n.abs().toString(radix);
        String padded = Padding.zeros(digits, precision, run);
        return sign(n.signum() < 0, flag) + (flag.indexOf('#') >= 0 ? prefix : "") + padded;
    }

    private static BigInteger integer(Object value, char type, boolean fromFloat) {
        Number n = Numbers.of(value);
        if (n instanceof Double d && fromFloat && Double.isFinite(d)) {
            return new BigDecimal(d).toBigInteger();
        }
        if (n == null || n instanceof Double) {
            throw TemplateException.failed(
                    "%" + type + " takes a number, not " + Types.name(value));
        }
        return Numbers.big(n);
    }

    private static double floating(Object value, char type) {
        Number n = Numbers.of(value);
        if (n == null) {
            throw TemplateException.failed(
                    "%" + type + " takes a number, not " + Types.name(value));
        }
        return n.doubleValue();
    }

    private static String character(Object value) {
        String text = Text.textOf(value);
        if (text != null && CodePoints.length(text) == 1) {
            return text;
        }
        if (Numbers.of(value) instanceof Long n && n >= 0 && n <= Character.MAX_CODE_POINT) {
            return Character.toString(n.intValue());
        }
        throw TemplateException.failed("%c takes a character or its number");
    }
}
