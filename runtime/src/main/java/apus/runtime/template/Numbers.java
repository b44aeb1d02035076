package apus.runtime.template;

import java.math.BigDecimal;
import java.math.BigInteger;

/** Python's numbers: integers without bound (within reason), floats, and booleans that count. */
final class Numbers {
    /** Python itself refuses to print longer ones. */
    private static final int MAX_BITS = 14_000;

    private Numbers() {}

    /** Long, BigInteger beyond it, or Double. */
    static Number normal(Number n) {
        return switch (n) {
            case Long l -> l;
            case Double d -> d;
            case Integer i -> i.longValue();
            case Short s -> s.longValue();
            case Byte b -> b.longValue();
            case BigInteger b -> of(b);
            default -> n.doubleValue();
        };
    }

    /** The number a value counts as in arithmetic, or null. */
    static Number of(Object value) {
        return switch (value) {
            case Number n -> normal(n);
            case Boolean b -> b ? 1L : 0L;
            case null, default -> null;
        };
    }

    static Number of(BigInteger value) {
        if (value.bitLength() > MAX_BITS) {
            throw TemplateException.limit(
                    "the template computes a number of more than " + MAX_BITS + " bits");
        }
        return value.bitLength() < 64 ? (Number) value.longValue() : value;
    }

    static boolean isInteger(Object value) {
        return value instanceof Number n && !(normal(n) instanceof Double);
    }

    static BigInteger big(Number n) {
        return n instanceof BigInteger b ? b : BigInteger.valueOf(n.longValue());
    }

    /** An index or count, clamped to int. */
    static int toIndex(Object value, String what) {
        Number n = of(value);
        return switch (n) {
            case Long l -> Math.clamp(l, Integer.MIN_VALUE, Integer.MAX_VALUE);
            case BigInteger b -> b.signum() < 0 ? Integer.MIN_VALUE : Integer.MAX_VALUE;
            case null, default ->
                    throw TemplateException.failed(
                            what + " must be an integer, not " + Types.name(value));
        };
    }

    /** -1, 0, 1, or {@link Ordering#UNORDERED} when one is not a number. */
    static int compare(Number a, Number b) {
        if (a instanceof Long x && b instanceof Long y) {
            return Long.compare(x, y);
        }
        if (a instanceof Double || b instanceof Double) {
            double x = a.doubleValue();
            double y = b.doubleValue();
            if (Double.isNaN(x) || Double.isNaN(y)) {
                return Ordering.UNORDERED;
            }
            boolean exact = Double.isFinite(x) && Double.isFinite(y) && Math.abs(x) > 0x1p53;
            return exact ? decimal(a).compareTo(decimal(b)) : x < y ? -1 : x > y ? 1 : 0;
        }
        return big(a).compareTo(big(b));
    }

    private static BigDecimal decimal(Number n) {
        return n instanceof Double d ? new BigDecimal(d) : new BigDecimal(big(n));
    }

    static String repr(Number n) {
        return normal(n) instanceof Double d ? repr(d.doubleValue()) : n.toString();
    }

    /**
     * A float as Python prints it: the shortest digits that read back, positional from 1e-4 up to
     * 1e16.
     */
    static String repr(double d) {
        if (!Double.isFinite(d)) {
            return Double.isNaN(d) ? "nan" : d > 0 ? "inf" : "-inf";
        }
        if (d == 0) {
            return 1 / d < 0 ? "-0.0" : "0.0";
        }
        BigDecimal decimal = new BigDecimal(Double.toString(d)).stripTrailingZeros();
        String digits = decimal.unscaledValue().abs().toString();
        int exponent = digits.length() - decimal.scale() - 1;
        String sign = d < 0 ? "-" : "";
        if (exponent >= -4 && exponent < 16) {
            String plain = decimal.abs().toPlainString();
            return sign + plain + (plain.indexOf('.') < 0 ? ".0" : "");
        }
        String mantissa =
                digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
        return "%s%se%s%02d"
                .formatted(sign, mantissa, exponent < 0 ? "-" : "+", Math.abs(exponent));
    }
}
