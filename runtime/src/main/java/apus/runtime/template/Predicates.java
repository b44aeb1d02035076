package apus.runtime.template;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The tests by name. */
final class Predicates {
    private static final Map<String, Predicate> PREDICATES = new HashMap<>();

    static {
        kinds();
        values();
        relation(Logic.Relation.EQUAL, "eq", "==", "equalto");
        relation(Logic.Relation.UNEQUAL, "ne", "!=");
        relation(Logic.Relation.LESS, "lt", "<", "lessthan");
        relation(Logic.Relation.LESS_OR_EQUAL, "le", "<=");
        relation(Logic.Relation.GREATER, "gt", ">", "greaterthan");
        relation(Logic.Relation.GREATER_OR_EQUAL, "ge", ">=");
        relation(Logic.Relation.IN, "in");
    }

    private Predicates() {}

    /** The test of that name, or null. */
    static Predicate find(String name) {
        return PREDICATES.get(name);
    }

    private interface Simple {
        boolean holds(Run run, Object value);
    }

    private interface WithOther {
        boolean holds(Run run, Object value, Object other);
    }

    private static void define(String name, Simple test) {
        Signature signature = new Signature(name, 0);
        PREDICATES.put(
                name,
                (run, value, args) -> {
                    signature.bind(args);
                    return test.holds(run, value);
                });
    }

    private static void define(String name, String parameter, WithOther test) {
        Signature signature = new Signature(name, 1, parameter);
        PREDICATES.put(
                name, (run, value, args) -> test.holds(run, value, signature.bind(args).get(0)));
    }

    private static void relation(Logic.Relation relation, String... names) {
        for (String name : names) {
            define(name, "other", (run, a, b) -> relation.holds(a, b, run));
        }
    }

    private static void kinds() {
        define("defined", (_, v) -> !(v instanceof Undefined));
        define("undefined", (_, v) -> v instanceof Undefined);
        define("none", (_, v) -> v == null);
        define("boolean", (_, v) -> v instanceof Boolean);
        define("true", (_, v) -> v instanceof Boolean b && b);
        define("false", (_, v) -> v instanceof Boolean b && !b);
        define("integer", (_, v) -> Numbers.isInteger(v));
        define("float", (_, v) -> v instanceof Number && !Numbers.isInteger(v));
        define("number", (_, v) -> Numbers.of(v) != null);
        define("string", (_, v) -> Text.textOf(v) != null);
        define("mapping", (_, v) -> v instanceof Map);
        define("iterable", (_, v) -> Iteration.isIterable(v));
        define(
                "sequence",
                (_, v) ->
                        v instanceof List
                                || v instanceof Map
                                || v instanceof Undefined
                                || Text.textOf(v) != null);
        define("callable", (_, v) -> v instanceof Function || v instanceof Undefined);
        define("escaped", (_, v) -> v instanceof Markup);
    }

    private static void values() {
        define("odd", (run, v) -> remainder(v, 2L, run).equals(1L));
        define("even", (run, v) -> remainder(v, 2L, run).equals(0L));
        define("divisibleby", "num", (run, v, num) -> remainder(v, num, run).equals(0L));
        define("lower", (run, v) -> Case.isLower(read(v, run)));
        define("upper", (run, v) -> Case.isUpper(read(v, run)));
        define("filter", (run, v) -> Filters.find(Text.of(v, run)) != null);
        define("test", (run, v) -> find(Text.of(v, run)) != null);
        define("sameas", "other", (run, a, b) -> same(a, b, run));
    }

    private static String read(Object value, Run run) {
        String text = Text.of(value, run);
        run.steps(text.length() >> 8);
        return text;
    }

    private static Object remainder(Object value, Object divisor, Run run) {
        Object remainder = Arithmetic.MODULO.apply(value, divisor, run);
        return remainder instanceof Double d && d == Math.rint(d)
                ? (Object) d.longValue()
                : remainder;
    }

    /** Identity, where that is meant to be seen: one None, one True; numbers and texts by value. */
    private static boolean same(Object a, Object b, Run run) {
        boolean byValue =
                (a instanceof Boolean && b instanceof Boolean)
                        || (a instanceof String && b instanceof String)
                        || (Numbers.isInteger(a) && Numbers.isInteger(b));
        return Ordering.same(a, b) || (byValue && Ordering.equal(a, b, run));
    }
}
