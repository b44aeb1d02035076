package apus.runtime.template;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A map made by a template; unlike the caller's maps its keys may be other than text. */
final class Dict extends LinkedHashMap<Object, Object> {
    private static final long serialVersionUID = 1L;

    Dict() {}

    Dict(Map<?, ?> items) {
        super(items);
    }

    /** Sets an entry under Python's notion of equal keys. */
    void set(Object key, Object value) {
        put(key(key), value);
    }

    /** Whether a map of any origin has the key. */
    static boolean has(Map<?, ?> map, Object key) {
        Object normal = key(key);
        return (normal instanceof String || map instanceof Dict) && map.containsKey(normal);
    }

    /** The value, or {@code absent}; the value may be null, which is None. */
    static Object find(Map<?, ?> map, Object key, Object absent) {
        Object normal = key instanceof String ? key : key(key);
        if (!(normal instanceof String) && !(map instanceof Dict)) {
            return absent;
        }
        Object value = map.get(normal);
        return value == null && !map.containsKey(normal) ? absent : value;
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
            case Tuple t -> t;
            case List<?> _ -> throw TemplateException.failed("unhashable type: 'list'");
            case Map<?, ?> _ -> throw TemplateException.failed("unhashable type: 'dict'");
            default -> key;
        };
    }
}
