package apus.runtime.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code value[key]} and {@code value[a:b:c]}. */
final class Indexing {
    private Indexing() {}

    /** The element, or undefined. */
    static Object get(Object owner, Object key, Run run) {
        return switch (owner) {
            case Map<?, ?> map -> {
                Object value =
                        (key instanceof List<?> && !(key instanceof Tuple)) || key instanceof Map
                                ? Undefined.MISSING
                                : Dict.find(map, key, Undefined.MISSING);
                yield value == Undefined.MISSING ? member(owner, key) : value;
            }
            case List<?> list -> {
                Number number = key instanceof Double ? null : Numbers.of(key);
                if (number == null) {
                    yield member(owner, key);
                }
                long index = number instanceof Long l ? l : Long.MAX_VALUE;
                index = index < 0 ? index + list.size() : index;
                yield index >= 0 && index < list.size()
                        ? list.get((int) index)
                        : Undefined.member(owner, key);
            }
            case String s -> character(s, s, key, run);
            case Markup m ->
                    character(m, m.text(), key, run) instanceof String s
                            ? new Markup(s)
                            : member(owner, key);
            case Undefined u -> throw u.failure();
            case null, default -> member(owner, key);
        };
    }

    private static Object character(Object owner, String s, Object key, Run run) {
        Number number = key instanceof Double ? null : Numbers.of(key);
        if (number == null) {
            return member(owner, key);
        }
        run.steps(s.length() >> 8);
        String at = number instanceof Long ? CodePoints.at(s, Numbers.toIndex(key, "index")) : null;
        return at == null ? Undefined.member(owner, key) : at;
    }

    /** What is no element may still be a member: {@code x['items']}. */
    private static Object member(Object owner, Object key) {
        String name = Text.textOf(key);
        return name == null ? Undefined.member(owner, key) : Members.attribute(owner, name);
    }

    static Object slice(Object owner, Object from, Object to, Object by, Run run) {
        run.step();
        int step = by == null ? 1 : Numbers.toIndex(by, "a slice's step");
        if (step == 0) {
            throw TemplateException.failed("slice step cannot be zero");
        }
        return switch (owner) {
            case String s -> text(s, from, to, step, run);
            case Markup m -> new Markup(text(m.text(), from, to, step, run));
            case Tuple t -> Tuple.copyOf(list(t, from, to, step, run));
            case List<?> l -> list(l, from, to, step, run);
            case Undefined u -> throw u.failure();
            case null, default ->
                    throw TemplateException.failed(
                            "'" + Types.name(owner) + "' object cannot be sliced");
        };
    }

    private static String text(String s, Object from, Object to, int step, Run run) {
        int length = CodePoints.length(s);
        int start = bound(from, length, step, true);
        int stop = bound(to, length, step, false);
        if (step == 1) {
            return run.made(CodePoints.substring(s, start, stop));
        }
        run.making(s.length());
        int[] points = s.codePoints().toArray();
        StringBuilder out = new StringBuilder();
        for (long i = start; step > 0 ? i < stop : i > stop; i += step) {
            out.appendCodePoint(points[(int) i]);
        }
        return out.toString();
    }

    private static List<Object> list(List<?> list, Object from, Object to, int step, Run run) {
        int start = bound(from, list.size(), step, true);
        int stop = bound(to, list.size(), step, false);
        if (step == 1) {
            run.makingItems(Math.max(0, stop - start));
            return start < stop ? new ArrayList<>(list.subList(start, stop)) : new ArrayList<>();
        }
        run.makingItems(list.size());
        List<Object> out = new ArrayList<>();
        for (long i = start; step > 0 ? i < stop : i > stop; i += step) {
            out.add(list.get((int) i));
        }
        return out;
    }

    /** Python's rule: counts from the end when negative, is clamped, and defaults by direction. */
    private static int bound(Object value, int length, int step, boolean start) {
        if (value == null) {
            return step > 0 ? (start ? 0 : length) : (start ? length - 1 : -1);
        }
        long index = Numbers.toIndex(value, "a slice's bound");
        index = index < 0 ? index + length : index;
        return step > 0 ? Math.clamp(index, 0, length) : Math.clamp(index, -1, length - 1);
    }
}
