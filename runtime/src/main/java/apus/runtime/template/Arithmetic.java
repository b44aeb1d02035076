package apus.runtime.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/** The binary operators of Python on the values of a template. */
enum Arithmetic {
    ADD("+"),
    SUBTRACT("-"),
    MULTIPLY("*"),
    DIVIDE("/"),
    FLOOR_DIVIDE("//"),
    MODULO("%"),
    POWER("**");

    /** Products of such numbers fit a long. */
    private static final long SMALL = 1L << 31;

    private final String symbol;

    Arithmetic(String symbol) {
        this.symbol = symbol;
    }

    Object apply(Object a, Object b, Run run) {
        if (this == ADD) {
            if (a instanceof String x && b instanceof String y) {
                return run.concat(x, y);
            }
            Object joined = joined(a, b, run);
            if (joined != null) {
                return joined;
            }
        } else if (this == MULTIPLY) {
            Object repeated = repeated(a, b, run);
            if (repeated != null) {
                return repeated;
            }
        } else if (this == MODULO && Text.textOf(a) != null) {
            return PercentFormat.format(a, b, run);
        }
        Number x = Numbers.of(a);
        Number y = Numbers.of(b);
        if (x != null && y != null) {
            return x instanceof Double || y instanceof Double
                    ? floats(x.doubleValue(), y.doubleValue())
                    : integers(x, y);
        }
        throw mismatch(a, b);
    }

    /** Text to text and list to list; null if the two are nothing of the kind. */
    private static Object joined(Object a, Object b, Run run) {
        if (Text.textOf(a) != null && Text.textOf(b) != null) {
            return new Markup(
                    run.concat(Markup.escape(a, run).text(), Markup.escape(b, run).text()));
        }
        if (a instanceof Range || b instanceof Range) {
            return null;
        }
        if (a instanceof List<?> x
                && b instanceof List<?> y
                && a instanceof Tuple == b instanceof Tuple) {
            run.makingItems((long) x.size() + y.size());
            List<Object> all = new ArrayList<>(x.size() + y.size());
            all.addAll(x);
            all.addAll(y);
            return a instanceof Tuple ? Tuple.copyOf(all) : all;
        }
        return null;
    }

    private static Object repeated(Object a, Object b, Run run) {
        boolean countFirst = a instanceof Boolean || Numbers.isInteger(a);
        Object what = countFirst ? b : a;
        Object count = countFirst ? a : b;
        boolean repeatable =
                Text.textOf(what) != null || (what instanceof List && !(what instanceof Range));
        if (!repeatable || !(count instanceof Boolean || Numbers.isInteger(count))) {
            return null;
        }
        int times = Math.max(0, Numbers.toIndex(count, "a count"));
        if (what instanceof List<?> list) {
            run.makingItems((long) list.size() * times);
            List<Object> all = new ArrayList<>(list.size() * times);
            for (int i = 0; i < times && !list.isEmpty(); i++) {
                all.addAll(list);
            }
            return what instanceof Tuple ? Tuple.copyOf(all) : all;
        }
        String text = Text.textOf(what);
        run.making((long) text.length() * times);
        String all = text.isEmpty() ? "" : text.repeat(times);
        return what instanceof Markup ? new Markup(all) : all;
    }

    private Object floats(double a, double b) {
        if (b == 0 && (this == DIVIDE || this == FLOOR_DIVIDE || this == MODULO)) {
            throw TemplateException.failed("division by zero");
        }
        return switch (this) {
            case ADD -> a + b;
            case SUBTRACT -> a - b;
            case MULTIPLY -> a * b;
            case DIVIDE -> a / b;
            case FLOOR_DIVIDE -> Math.floor((a - remainder(a, b)) / b + 0.5);
            case MODULO -> remainder(a, b);
            case POWER -> power(a, b);
        };
    }

    /** With the sign of the divisor, as Python has it. */
    private static double remainder(double a, double b) {
        double r = a % b;
        if (r == 0) {
            return Math.copySign(0, b);
        }
        return r < 0 != b < 0 ? r + b : r;
    }

    private static double power(double a, double b) {
        double result = Math.pow(a, b);
        boolean fromFinite = Double.isFinite(a) && Double.isFinite(b);
        if (fromFinite && !Double.isFinite(result)) {
            throw TemplateException.failed(
                    Numbers.repr(a) + " ** " + Numbers.repr(b) + " has no value");
        }
        return result;
    }

    private Number integers(Number x, Number y) {
        if (x instanceof Long m && y instanceof Long n && isSmall(m) && isSmall(n)) {
            Number small = small(m, n);
            if (small != null) {
                return small;
            }
        }
        BigInteger a = Numbers.big(x);
        BigInteger b = Numbers.big(y);
        if (b.signum() == 0 && (this == DIVIDE || this == FLOOR_DIVIDE || this == MODULO)) {
            throw TemplateException.failed("division by zero");
        }
        return switch (this) {
            case ADD -> Numbers.of(a.add(b));
            case SUBTRACT -> Numbers.of(a.subtract(b));
            case MULTIPLY -> Numbers.of(a.multiply(b));
            case DIVIDE -> new BigDecimal(a).doubleValue() / new BigDecimal(b).doubleValue();
            case FLOOR_DIVIDE -> Numbers.of(a.subtract(floorMod(a, b)).divide(b));
            case MODULO -> Numbers.of(floorMod(a, b));
            case POWER -> power(a, b);
        };
    }

    private static boolean isSmall(long n) {
        return n > -SMALL && n < SMALL;
    }

    /** The common case, without big numbers; null where it does not serve. */
    private Number small(long a, long b) {
        return switch (this) {
            case ADD -> a + b;
            case SUBTRACT -> a - b;
            case MULTIPLY -> a * b;
            case FLOOR_DIVIDE -> b == 0 ? null : Math.floorDiv(a, b);
            case MODULO -> b == 0 ? null : Math.floorMod(a, b);
            case DIVIDE, POWER -> null;
        };
    }

    private static BigInteger floorMod(BigInteger a, BigInteger b) {
        BigInteger r = a.mod(b.abs());
        return b.signum() < 0 && r.signum() != 0 ? r.add(b) : r;
    }

    private static Number power(BigInteger a, BigInteger b) {
        if (b.signum() < 0) {
            if (a.signum() == 0) {
                throw TemplateException.failed("0 cannot be raised to a negative power");
            }
            return Math.pow(a.doubleValue(), b.doubleValue());
        }
        if (a.abs().bitLength() <= 1) {
            return a.signum() >= 0 || !b.testBit(0)
                    ? Numbers.of(b.signum() == 0 ? BigInteger.ONE : a.abs())
                    : -1L;
        }
        long bits = b.bitLength() > 31 ? Long.MAX_VALUE : (a.bitLength() - 1) * b.longValue();
        if (bits > 20_000) {
            throw TemplateException.limit("the template computes a number of " + bits + " bits");
        }
        return Numbers.of(a.pow(b.intValueExact()));
    }

    static Object sign(boolean minus, Object value) {
        Number n = Numbers.of(value);
        return switch (n) {
            case Double d -> minus ? -d : d;
            case Long l when l != Long.MIN_VALUE -> minus ? -l : l;
            case Number b -> minus ? Numbers.of(Numbers.big(b).negate()) : b;
            case null -> {
                if (value instanceof Undefined u) {
                    throw u.failure();
                }
                throw TemplateException.failed(
                        "bad operand for unary " + (minus ? "-" : "+") + ": " + Types.name(value));
            }
        };
    }

    private TemplateException mismatch(Object a, Object b) {
        if (a instanceof Undefined u) {
            return u.failure();
        }
        if (b instanceof Undefined u) {
            return u.failure();
        }
        return TemplateException.failed(
                "'%s' cannot be applied to '%s' and '%s'"
                        .formatted(symbol, Types.name(a), Types.name(b)));
    }
}
