package apus.runtime.template;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A map made by a template; unlike the caller's maps its keys may be other than text. */
final class Dict extends LinkedHashMap<Object, Object> {
    private static final long serialVersionUID = 1L;
    private static final int MAX_TUPLE = 200;

    Dict() {}

    Dict(Map<?, ?> items) {
        super(items);
    }

    /** Sets an entry under Python's notion of equal keys. */
    void set(Object key, Object value) {
        put(stored(key(key)), value);
    }

    /** Whether a map of any origin has the key. */
    static boolean has(Map<?, ?> map, Object key) {
        return find(map, key, Undefined.MISSING) != Undefined.MISSING;
    }

    /** The value, or {@code absent}; the value may be null, which is None. */
    static Object find(Map<?, ?> map, Object key, Object absent) {
        Object normal = key instanceof String ? key : key(key);
        if (!(normal instanceof String)) {
            if (!(map instanceof Dict dict)) {
                return absent;
            }
            normal = dict.stored(normal);
        }
        Object value = map.get(normal);
        return value == null && !map.containsKey(normal) ? absent : value;
    }

    /**
     * The key itself, or the one of its equals among 0, 1, False and True that is there already.
     */
    private Object stored(Object key) {
        Object other =
                switch (key) {
                    case Boolean b -> b ? 1L : 0L;
                    case Long n when n == 0 || n == 1 -> n == 1;
                    case null, default -> key;
                };
        return !containsKey(key) && containsKey(other) ? other : key;
    }

    /** One form for equal keys: 1 and 1.0 are the same key. */
    private static Object key(Object key) {
        return switch (key) {
            case null -> null;
            case String s -> s;
            case Markup m -> m.text();
            case Boolean b -> b;
            case Double d when d == Math.rint(d) && Math.abs(d) < 0x1p62 -> d.longValue();
            case Number n -> Numbers.normal(n);
            case Tuple t -> {
                checkTuple(t, new int[1]);
                yield t;
            }
            case List<?> _, Map<?, ?> _, DictView _, BoundMethod _ ->
                    throw TemplateException.failed(
                            "a value of type " + Types.name(key) + " cannot be a key");
            default -> key;
        };
    }

    /** Only small tuples: hashing one walks all of it, each time, out of sight of the budgets. */
    private static void checkTuple(Tuple tuple, int[] elements) {
        for (Object item : tuple) {
            if (++elements[0] > MAX_TUPLE) {
                throw TemplateException.limit(
                        "a tuple of more than " + MAX_TUPLE + " elements is used as a key");
            }
            if (item instanceof Tuple inner) {
                checkTuple(inner, elements);
            } else {
                Object _ = key(item);
            }
        }
    }
}
