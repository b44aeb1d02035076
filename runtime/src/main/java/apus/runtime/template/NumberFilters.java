package apus.runtime.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Iterator;
import java.util.Locale;

/** Filters that give numbers. */
final class NumberFilters {
    private NumberFilters() {}

    static void define() {
        Filters.define("abs", 0, "", (_, value, _) -> abs(value));
        Filters.define("int", 0, "default base", NumberFilters::integer);
        Filters.define("float", 0, "default", NumberFilters::floating);
        Filters.define("round", 0, "precision method", NumberFilters::round);
        Filters.define("sum", 0, "attribute start", NumberFilters::sum);
        Filters.define("length", 0, "", (run, value, _) -> (long) Iteration.length(value, run));
        Filters.alias("count", "length");
    }

    private static Object abs(Object value) {
        return switch (number("abs", value)) {
            case Double d -> Math.abs(d);
            case Number n -> Numbers.of(Numbers.big(n).abs());
        };
    }

    private static Number number(String filter, Object value) {
        Number n = Numbers.of(value);
        if (n == null) {
            throw value instanceof Undefined u
                    ? u.failure()
                    : TemplateException.failed(
                            filter + " takes a number, not " + Types.name(value));
        }
        return n;
    }

    private static Object integer(Run run, Object value, Signature.Bound a) {
        Object otherwise = a.or(0, 0L);
        if (value instanceof Undefined u) {
            throw u.failure();
        }
        String text = Text.textOf(value);
        if (text == null) {
            return switch (Numbers.of(value)) {
                case Double d -> Double.isFinite(d) ? truncated(d) : otherwise;
                case Number n -> n;
                case null -> otherwise;
            };
        }
        run.steps(text.length());
        BigInteger parsed = parsed(text, a.integer(1, 10));
        if (parsed != null) {
            return Numbers.of(parsed);
        }
        Double d = parsedFloat(text);
        return d == null || !Double.isFinite(d) ? otherwise : truncated(d);
    }

    private static Number truncated(double d) {
        return Numbers.of(new BigDecimal(d).toBigInteger());
    }

    /** Python's {@code int(text, base)}; null where it fails. */
    private static BigInteger parsed(String text, int base) {
        String s = Strip.both(text, null).toLowerCase(Locale.ROOT);
        boolean negative = s.startsWith("-");
        String digits = negative || s.startsWith("+") ? s.substring(1) : s;
        int radix = base;
        for (int i = 0; i < 3; i++) {
            int prefixRadix = new int[] {2, 8, 16}[i];
            if (digits.startsWith(new String[] {"0b", "0o", "0x"}[i])
                    && (base == prefixRadix || base == 0)) {
                radix = prefixRadix;
                digits = digits.substring(2);
            }
        }
        radix = radix == 0 ? 10 : radix;
        boolean wellFormed =
                !digits.isEmpty()
                        && digits.length() <= 4300
                        && !digits.startsWith("_")
                        && !digits.endsWith("_")
                        && !digits.contains("__");
        digits = digits.replace("_", "");
        int r = radix;
        if (!wellFormed
                || r < 2
                || r > 36
                || !digits.codePoints().allMatch(c -> Character.digit(c, r) >= 0)) {
            return null;
        }
        BigInteger n = new BigInteger(digits, r);
        return negative ? n.negate() : n;
    }

    private static Object floating(Run run, Object value, Signature.Bound a) {
        if (value instanceof Undefined u) {
            throw u.failure();
        }
        String text = Text.textOf(value);
        Double d;
        if (text == null) {
            Number n = Numbers.of(value);
            d = n == null ? null : (Double) n.doubleValue();
        } else {
            run.steps(text.length());
            d = parsedFloat(text);
        }
        return d == null ? a.or(0, 0.0) : d;
    }

    /** Python's {@code float(text)}; null where it fails. */
    private static Double parsedFloat(String text) {
        String s = Strip.both(text, null).toLowerCase(Locale.ROOT);
        String unsigned = s.startsWith("-") || s.startsWith("+") ? s.substring(1) : s;
        double sign = s.startsWith("-") ? -1 : 1;
        switch (unsigned) {
            case "inf", "infinity" -> {
                return sign * Double.POSITIVE_INFINITY;
            }
            case "nan" -> {
                return Double.NaN;
            }
            default -> {
                boolean plausible =
                        unsigned.length() <= 4300
                                && !unsigned.isEmpty()
                                && unsigned.chars().allMatch(c -> "0123456789.e+-_".indexOf(c) >= 0)
                                && "+-".indexOf(unsigned.charAt(0)) < 0
                                && unsigned.matches("[^_].*[^_]|[^_]")
                                && !unsigned.matches(".*(_[^0-9]|[^0-9]_).*");
                try {
                    return plausible ? sign * Double.parseDouble(unsigned.replace("_", "")) : null;
                } catch (NumberFormatException _) {
                    return null;
                }
            }
        }
    }

    private static Object round(Run run, Object value, Signature.Bound a) {
        Number n = number("round", value);
        int precision = Math.clamp(a.integer(0, 0), -400, 400);
        String method = a.text(1, "common");
        RoundingMode mode =
                switch (method) {
                    case "common" -> RoundingMode.HALF_EVEN;
                    case "ceil" -> RoundingMode.CEILING;
                    case "floor" -> RoundingMode.FLOOR;
                    default ->
                            throw TemplateException.failed(
                                    "round's method must be common, ceil or floor");
                };
        if (n instanceof Double d) {
            if (!Double.isFinite(d)) {
                return d;
            }
            return mode == RoundingMode.HALF_EVEN
                    ? (Object) new BigDecimal(d).setScale(precision, mode).doubleValue()
                    : scaled(d, precision, mode);
        }
        return mode == RoundingMode.HALF_EVEN
                ? Numbers.of(
                        new BigDecimal(Numbers.big(n))
                                .setScale(Math.min(0, precision), mode)
                                .toBigInteger())
                : scaled(n.doubleValue(), precision, mode);
    }

    /** As the reference computes it, rounding errors of the multiplication included. */
    private static Object scaled(double d, int precision, RoundingMode mode) {
        double scale = Math.pow(10, precision);
        double product = d * scale;
        return (mode == RoundingMode.CEILING ? Math.ceil(product) : Math.floor(product)) / scale;
    }

    private static Object sum(Run run, Object value, Signature.Bound a) {
        Object attribute = a.or(0, null);
        Object sum = a.or(1, 0L);
        if (Text.textOf(sum) != null) {
            throw TemplateException.failed("sum does not join text: use join");
        }
        for (Iterator<?> it = Iteration.over(value, run); it.hasNext(); ) {
            Object item = it.next();
            run.step();
            sum =
                    Arithmetic.ADD.apply(
                            sum,
                            attribute == null
                                    ? item
                                    : AttributePath.of(attribute).get(item, Undefined.MISSING, run),
                            run);
        }
        return sum;
    }
}
