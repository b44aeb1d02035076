package apus.runtime.template;

import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Python's {@code ==} and {@code <} between values. */
final class Ordering {
    /** What {@link #compare} gives when a float that is no number takes part. */
    static final int UNORDERED = 2;

    private Ordering() {}

    static boolean equal(Object a, Object b, Run run) {
        if (a instanceof String x && b instanceof String y) {
            run.steps(x.length() >> 8);
            return x.equals(y);
        }
        if (a == null || b == null) {
            return Ordering.same(a, b);
        }
        if (a instanceof Undefined || b instanceof Undefined) {
            return a instanceof Undefined && b instanceof Undefined;
        }
        String text = Text.textOf(a);
        if (text != null) {
            return text.equals(Text.textOf(b));
        }
        Number number = Numbers.of(a);
        if (number != null) {
            Number other = Numbers.of(b);
            return other != null && Numbers.compare(number, other) == 0;
        }
        return switch (a) {
            case List<?> x -> b instanceof List<?> y && sameKind(x, y) && equalItems(x, y, run);
            case Map<?, ?> x -> b instanceof Map<?, ?> y && equalEntries(x, y, run);
            default -> same(a, b);
        };
    }

    /** Identity: what is none of the plain kinds equals itself alone. */
    @SuppressWarnings("ReferenceEquality")
    static boolean same(Object a, Object b) {
        return a == b;
    }

    private static boolean sameKind(List<?> a, List<?> b) {
        return a instanceof Tuple == b instanceof Tuple && a instanceof Range == b instanceof Range;
    }

    private static boolean equalItems(List<?> a, List<?> b, Run run) {
        if (a.size() != b.size()) {
            return false;
        }
        run.enter(1);
        Iterator<?> others = b.iterator();
        boolean equal = true;
        for (Iterator<?> items = a.iterator(); equal && items.hasNext(); ) {
            run.step();
            equal = equal(items.next(), others.next(), run);
        }
        run.leave(1);
        return equal;
    }

    private static boolean equalEntries(Map<?, ?> a, Map<?, ?> b, Run run) {
        if (a.size() != b.size()) {
            return false;
        }
        run.enter(1);
        boolean equal = true;
        for (Iterator<? extends Map.Entry<?, ?>> it = a.entrySet().iterator();
                equal && it.hasNext(); ) {
            run.step();
            Map.Entry<?, ?> entry = it.next();
            Object other = Dict.find(b, entry.getKey(), Undefined.MISSING);
            equal = other != Undefined.MISSING && equal(entry.getValue(), other, run);
        }
        run.leave(1);
        return equal;
    }

    /**
     * -1, 0, 1 or {@link #UNORDERED}.
     *
     * @throws TemplateException if the two have no order
     */
    static int compare(Object a, Object b, Run run) {
        run.step();
        String text = Text.textOf(a);
        String otherText = Text.textOf(b);
        if (text != null && otherText != null) {
            run.steps(Math.min(text.length(), otherText.length()) >> 6);
            return compareText(text, otherText);
        }
        Number number = Numbers.of(a);
        Number other = Numbers.of(b);
        if (number != null && other != null) {
            return Numbers.compare(number, other);
        }
        if (a instanceof List<?> x
                && b instanceof List<?> y
                && sameKind(x, y)
                && !(a instanceof Range)) {
            return compareItems(x, y, run);
        }
        for (Object operand : new Object[] {a, b}) {
            if (operand instanceof Undefined u) {
                throw u.failure();
            }
        }
        throw TemplateException.failed(
                "'" + Types.name(a) + "' and '" + Types.name(b) + "' have no order");
    }

    /** Orders elements by a key that each has. */
    static <T> Comparator<T> by(Key<T> key, Run run) {
        return (a, b) -> {
            int order = compare(key.of(a), key.of(b), run);
            return order == UNORDERED ? 0 : order;
        };
    }

    /** What an element is compared by. */
    interface Key<T> {
        Object of(T element);
    }

    static <T> void sort(List<T> list, Comparator<T> order) {
        try {
            list.sort(order);
        } catch (IllegalArgumentException _) {
            // Java's sort notices some orders that contradict themselves, as NaN makes them.
            throw TemplateException.failed("the elements have no consistent order");
        }
    }

    private static int compareItems(List<?> a, List<?> b, Run run) {
        run.enter(1);
        Iterator<?> others = b.iterator();
        for (Object item : a) {
            if (!others.hasNext()) {
                break;
            }
            Object other = others.next();
            run.step();
            if (!equal(item, other, run)) {
                int order = compare(item, other, run);
                run.leave(1);
                return order;
            }
        }
        run.leave(1);
        return Integer.compare(a.size(), b.size());
    }

    /** By code points: UTF-16 would sort emoji before some of the Basic Multilingual Plane. */
    static int compareText(String a, String b) {
        int common = Math.min(a.length(), b.length());
        for (int i = 0; i < common; i++) {
            char x = a.charAt(i);
            char y = b.charAt(i);
            if (x != y) {
                boolean surrogatesDiffer = Character.isSurrogate(x) != Character.isSurrogate(y);
                boolean less = (surrogatesDiffer && x >= 0xd800 && y >= 0xd800) ? x > y : x < y;
                return less ? -1 : 1;
            }
        }
        return Integer.compare(a.length(), b.length());
    }

    /** {@code item in container}. */
    static boolean contains(Object container, Object item, Run run) {
        run.step();
        String text = Text.textOf(container);
        if (text != null) {
            String part = Text.textOf(item);
            if (part == null) {
                throw TemplateException.failed(
                        "'in' on text needs text on its left, not " + Types.name(item));
            }
            return Search.indexOf(text, part, 0, run) >= 0;
        }
        if (container instanceof Map<?, ?> map) {
            return Dict.has(map, item);
        }
        for (Iterator<?> items = Iteration.over(container, run); items.hasNext(); ) {
            run.step();
            if (equal(items.next(), item, run)) {
                return true;
            }
        }
        return false;
    }
}
