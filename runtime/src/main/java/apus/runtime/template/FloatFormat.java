package apus.runtime.template;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** Floats with a given number of digits, as C's {@code printf} rounds and writes them. */
final class FloatFormat {
    /** More digits than any double has. */
    private static final int MAX_PRECISION = 2_000;

    private FloatFormat() {}

    /**
     * The digits of a number without its sign.
     *
     * @param type one of f, e, g, upper case for an upper case result
     * @param alternate keeps the zeros that g drops
     */
    static String format(double value, int precision, char type, boolean alternate) {
        if (precision > MAX_PRECISION) {
            throw TemplateException.limit(
                    "a number with more than " + MAX_PRECISION + " digits after its point");
        }
        double d = Math.abs(value);
        String text;
        if (!Double.isFinite(d)) {
            text = Double.isNaN(d) ? "nan" : "inf";
        } else {
            text =
                    switch (type) {
                        case 'f', 'F' -> fixed(d, precision);
                        case 'e', 'E' -> exponential(d, precision);
                        default -> general(d, Math.max(1, precision), alternate);
                    };
        }
        return Character.isUpperCase(type) ? Case.upper(text) : text;
    }

    private static String fixed(double d, int precision) {
        return new BigDecimal(d).setScale(precision, RoundingMode.HALF_EVEN).toPlainString();
    }

    private static String exponential(double d, int precision) {
        BigDecimal rounded = rounded(d, precision + 1);
        int exponent = d == 0 ? 0 : rounded.precision() - rounded.scale() - 1;
        StringBuilder digits = new StringBuilder(rounded.unscaledValue().toString());
        digits.repeat('0', Math.max(0, precision + 1 - digits.length()));
        digits.setLength(precision + 1);
        if (precision > 0) {
            digits.insert(1, '.');
        }
        return "%se%s%02d".formatted(digits, exponent < 0 ? "-" : "+", Math.abs(exponent));
    }

    private static String general(double d, int precision, boolean alternate) {
        BigDecimal rounded = rounded(d, precision);
        int exponent = d == 0 ? 0 : rounded.precision() - rounded.scale() - 1;
        if (exponent < -4 || exponent >= precision) {
            String text = exponential(d, precision - 1);
            int e = text.indexOf('e');
            return alternate ? text : withoutZeros(text.substring(0, e)) + text.substring(e);
        }
        String text = fixed(d, precision - 1 - exponent);
        return alternate ? text : withoutZeros(text);
    }

    private static BigDecimal rounded(double d, int digits) {
        return new BigDecimal(d).round(new MathContext(digits, RoundingMode.HALF_EVEN));
    }

    private static String withoutZeros(String text) {
        if (text.indexOf('.') < 0) {
            return text;
        }
        String shorter = Strip.right(text, "0");
        return shorter.endsWith(".") ? shorter.substring(0, shorter.length() - 1) : shorter;
    }
}
