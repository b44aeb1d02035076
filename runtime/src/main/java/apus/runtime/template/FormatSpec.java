package apus.runtime.template;

import java.math.BigInteger;

/**
 * The part behind the colon of a replacement field: {@code
 * [[fill]align][sign][#][0][width][,][.precision][type]}.
 */
final class FormatSpec {
    private static final BigInteger MAX_CHARACTER = BigInteger.valueOf(Character.MAX_CODE_POINT);

    private final String spec;
    private String fill = " ";
    private char align;
    private char sign = '-';
    private boolean alternate;
    private int width;
    private char grouping;
    private int precision = -1;
    private char type;

    private FormatSpec(String spec) {
        this.spec = spec;
        parse();
    }

    /** {@code format(value, spec)}. */
    static String format(Object value, String spec, Run run) {
        if (spec.isEmpty()) {
            return Text.of(value, run);
        }
        FormatSpec f = new FormatSpec(spec);
        String text = Text.textOf(value);
        if (text != null) {
            return f.text(text, run);
        }
        Number n = Numbers.of(value);
        if (n == null) {
            throw TemplateException.failed(
                    "a value of type " + Types.name(value) + " takes no format '" + spec + "'");
        }
        boolean asFloat = n instanceof Double || (f.type != 0 && "eEfFgG%".indexOf(f.type) >= 0);
        return asFloat ? f.floating(n.doubleValue(), run) : f.integer(Numbers.big(n), run);
    }

    private void parse() {
        int pos = 0;
        int first = spec.offsetByCodePoints(0, 1);
        if (first < spec.length() && "<>=^".indexOf(spec.charAt(first)) >= 0) {
            fill = spec.substring(0, first);
            align = spec.charAt(first);
            pos = first + 1;
        } else if ("<>=^".indexOf(spec.charAt(0)) >= 0) {
            align = spec.charAt(0);
            pos = 1;
        }
        if (pos < spec.length() && "+- ".indexOf(spec.charAt(pos)) >= 0) {
            sign = spec.charAt(pos++);
        }
        if (spec.startsWith("#", pos)) {
            alternate = true;
            pos++;
        }
        if (spec.startsWith("0", pos)) {
            if (align == 0) {
                fill = "0";
                align = '=';
            }
            pos++;
        }
        int end = digits(pos);
        width = end > pos ? Integer.parseInt(spec, pos, end, 10) : 0;
        pos = end;
        if (pos < spec.length() && ",_".indexOf(spec.charAt(pos)) >= 0) {
            grouping = spec.charAt(pos++);
        }
        if (spec.startsWith(".", pos)) {
            end = digits(pos + 1);
            if (end == pos + 1) {
                throw invalid();
            }
            precision = Integer.parseInt(spec, pos + 1, end, 10);
            pos = end;
        }
        if (pos < spec.length()) {
            type = spec.charAt(pos++);
        }
        if (pos < spec.length()) {
            throw invalid();
        }
    }

    private int digits(int from) {
        int end = from;
        while (end < spec.length() && spec.charAt(end) >= '0' && spec.charAt(end) <= '9') {
            end++;
        }
        if (end - from > 9) {
            throw TemplateException.limit("a format's number of " + (end - from) + " digits");
        }
        return end;
    }

    private TemplateException invalid() {
        return TemplateException.failed("invalid format specifier '" + spec + "'");
    }

    private String text(String text, Run run) {
        run.steps(text.length() >> 8);
        if (type != 0 && type != 's') {
            throw invalid();
        }
        String cut =
                precision >= 0 && precision < CodePoints.length(text)
                        ? CodePoints.substring(text, 0, precision)
                        : text;
        return Padding.pad(cut, width, fill, align == 0 || align == '=' ? '<' : align, run);
    }

    private String integer(BigInteger n, Run run) {
        String digits =
                switch (type) {
                    case 0, 'd', 'n' -> n.abs().toString();
                    case 'b' -> n.abs().toString(2);
                    case 'o' -> n.abs().toString(8);
                    case 'x' -> n.abs().toString(16);
                    case 'X' -> Case.upper(n.abs().toString(16));
                    case 'c' -> {
                        if (n.signum() < 0 || n.compareTo(MAX_CHARACTER) > 0) {
                            throw TemplateException.failed("%c takes the number of a character");
                        }
                        yield Character.toString(n.intValueExact());
                    }
                    default -> throw invalid();
                };
        boolean decimal = type == 0 || type == 'd' || type == 'n';
        String prefix = alternate && !decimal && type != 'c' ? "0" + type : "";
        String grouped = grouped(digits, decimal ? 3 : 4);
        return padded(sign(n.signum() < 0) + prefix, grouped, run);
    }

    private String floating(double d, Run run) {
        boolean negative = d < 0 || (d == 0 && 1 / d < 0);
        String digits;
        if (type == 0 && precision < 0) {
            String repr = Numbers.repr(Math.abs(d));
            digits = repr;
        } else if (type == '%') {
            digits = FloatFormat.format(d * 100, precision < 0 ? 6 : precision, 'f', false) + "%";
        } else if (type == 0) {
            digits = FloatFormat.format(d, precision, 'g', alternate);
            boolean integral = digits.chars().allMatch(Character::isDigit);
            digits = integral ? digits + ".0" : digits;
        } else if ("eEfFgGn".indexOf(type) >= 0) {
            char kind = type == 'n' ? 'g' : type;
            digits = FloatFormat.format(d, precision < 0 ? 6 : precision, kind, alternate);
        } else {
            throw invalid();
        }
        int point = 0;
        while (point < digits.length() && Character.isDigit(digits.charAt(point))) {
            point++;
        }
        String grouped = grouped(digits.substring(0, point), 3) + digits.substring(point);
        return padded(sign(negative), grouped, run);
    }

    private String sign(boolean negative) {
        return negative ? "-" : sign == '-' ? "" : String.valueOf(sign);
    }

    private String grouped(String digits, int size) {
        if (grouping == 0) {
            return digits;
        }
        StringBuilder out = new StringBuilder(digits);
        for (int i = digits.length() - size; i > 0; i -= size) {
            out.insert(i, grouping);
        }
        return out.toString();
    }

    private String padded(String prefix, String digits, Run run) {
        if (align == '=') {
            int rest = Math.max(0, width - prefix.length());
            return prefix + Padding.pad(digits, rest, fill, '>', run);
        }
        return Padding.pad(prefix + digits, width, fill, align == 0 ? '>' : align, run);
    }
}
