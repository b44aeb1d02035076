package apus.runtime.template;

import java.util.Map;
import java.util.Set;

/** The methods of maps. Those that would change one are there to hide keys of their names. */
final class DictMethods {
    private static final Signature GET = new Signature("get", 1, "key", "default");
    private static final Signature NONE = new Signature("this method", 0);

    private static final Set<String> CHANGING =
            Set.of("clear", "fromkeys", "pop", "popitem", "setdefault", "update");

    private static final Map<String, Method> METHODS =
            Map.of(
                    "get", DictMethods::get,
                    "items", (_, self, args) -> view(DictView.Part.ITEMS, self, args),
                    "keys", (_, self, args) -> view(DictView.Part.KEYS, self, args),
                    "values", (_, self, args) -> view(DictView.Part.VALUES, self, args),
                    "copy", DictMethods::copy);

    private DictMethods() {}

    /** Whether {@code map.name} is a member of every map, usable or not, and never a key. */
    static boolean isMember(String name) {
        return METHODS.containsKey(name)
                || CHANGING.contains(name)
                || (name.startsWith("__") && name.endsWith("__"));
    }

    static Method find(String name) {
        return METHODS.get(name);
    }

    private static Object get(Run run, Object self, Args args) {
        Signature.Bound bound = GET.bind(args);
        return Dict.find((Map<?, ?>) self, bound.get(0), bound.or(1, null));
    }

    private static Object view(DictView.Part part, Object self, Args args) {
        NONE.bind(args);
        return new DictView(part, (Map<?, ?>) self);
    }

    private static Object copy(Run run, Object self, Args args) {
        NONE.bind(args);
        Map<?, ?> map = (Map<?, ?>) self;
        run.makingItems(map.size());
        return new Dict(map);
    }
}
