package apus.openai.generate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * A type of parameter: how the documentation names it, what range it has, and how it is read.
 * Nothing is coerced: {@code "0.5"} is no number, {@code true} is no number, but {@code 5.0} is an
 * integer, as JSON does not tell them apart.
 *
 * @param <T> what it becomes
 * @param type for people
 * @param range for people
 * @param reader reads a value that is not null, or throws a 400
 */
record Kind<T>(String type, String range, Reader<T> reader) {
    /** Reads one value. */
    interface Reader<T> {
        T read(Value value);
    }

    private static final double EXACT = 0x1p63;

    /** The same with other words about the range. */
    Kind<T> ranged(String text) {
        return new Kind<>(type, text, reader);
    }

    static Kind<Boolean> bool() {
        return new Kind<>("boolean", "", Value::bool);
    }

    static Kind<String> string() {
        return new Kind<>("string", "", Value::string);
    }

    /** A number for which {@code rule}, put behind "must be", says what is allowed. */
    static Kind<Double> number(String rule, java.util.function.DoublePredicate allowed) {
        return new Kind<>(
                "number",
                rule,
                value -> {
                    if (!value.node().isNumber()) {
                        throw value.wrongType("a number");
                    }
                    double d = value.node().doubleValue();
                    if (!allowed.test(d)) {
                        throw value.badValue(rule);
                    }
                    return d;
                });
    }

    static Kind<Double> between(double low, double high) {
        String rule = "between " + plain(low) + " and " + plain(high);
        return number(rule, d -> d >= low && d <= high);
    }

    /** An integer of at least {@code low}. */
    static Kind<Long> atLeast(long low) {
        return new Kind<>(
                "integer",
                "at least " + low,
                value -> {
                    long n = wholeNumber(value);
                    if (n < low) {
                        throw value.error(
                                "integer_below_min_value",
                                "must be at least "
                                        + low
                                        + ", got "
                                        + Quote.of(value.node())
                                        + ".");
                    }
                    return n;
                });
    }

    /** An integer from {@code low} to a bound of the server's or the model's. */
    static Kind<Integer> upTo(int low, String boundName, ToLongFunction<Limits> bound) {
        return new Kind<>(
                "integer",
                low + " to " + boundName,
                value -> {
                    long n = wholeNumber(value);
                    long high = bound.applyAsLong(value.limits());
                    if (n < low || n > high) {
                        throw value.error(
                                n < low ? "integer_below_min_value" : "invalid_value",
                                "must be between "
                                        + low
                                        + " and "
                                        + high
                                        + ", got "
                                        + Quote.of(value.node())
                                        + ".");
                    }
                    return (int) n;
                });
    }

    /** One string of several. */
    static Kind<String> oneOf(List<String> names) {
        String rule = "one of " + String.join(", ", names);
        return new Kind<>(
                "string",
                rule,
                value -> {
                    if (!names.contains(value.string())) {
                        throw value.badValue(rule);
                    }
                    return value.string();
                });
    }

    static Kind<ObjectNode> object() {
        return new Kind<>(
                "object",
                "",
                value -> {
                    if (value.node() instanceof ObjectNode object) {
                        return object;
                    }
                    throw value.wrongType("an object");
                });
    }

    /** A list; {@code reader} sees each element. */
    static <T> Kind<List<T>> list(String type, String range, Reader<T> reader) {
        return new Kind<>(type, range, value -> elements(value, type, reader));
    }

    /** Reads the elements of a list one by one. */
    static <T> List<T> elements(Value value, String type, Reader<T> reader) {
        if (!value.node().isArray()) {
            throw value.wrongType("a " + type);
        }
        List<T> read = new ArrayList<>(value.node().size());
        for (int i = 0; i < value.node().size(); i++) {
            read.add(reader.read(value.at(i)));
        }
        return read;
    }

    /** Any value that is a whole number; one beyond the range of long becomes the nearest long. */
    static long wholeNumber(Value value) {
        JsonNode node = value.node();
        if (!node.isNumber()) {
            throw value.wrongType("an integer");
        }
        if (node.isIntegralNumber()) {
            return node.canConvertToLong()
                    ? node.longValue()
                    : node.bigIntegerValue().signum() < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
        double d = node.doubleValue();
        if (d != Math.rint(d) && !Double.isInfinite(d)) {
            throw value.wrongType("an integer");
        }
        return Math.abs(d) < EXACT ? (long) d : d < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
    }

    /** A number without a useless ".0". */
    static String plain(double d) {
        return d == Math.rint(d) && Math.abs(d) < 1e15
                ? Long.toString((long) d)
                : Double.toString(d);
    }
}
