package apus.runtime.template;

import java.util.HashMap;
import java.util.Map;

/**
 * The filters by name: Jinja's own without those for web pages and without {@code random}, which no
 * prompt may depend on.
 */
final class Filters {
    private static final Map<String, Filter> FILTERS = new HashMap<>();

    static {
        TextFilters.define();
        NumberFilters.define();
        ListFilters.define();
        SelectFilters.define();
        SortFilters.define();
        define("default", 0, "default_value boolean", (_, value, a) -> otherwise(value, a));
        alias("d", "default");
        define("attr", 1, "name", (_, value, a) -> Members.attribute(value, a.text(0)));
        define("tojson", 0, "ensure_ascii indent separators sort_keys", JsonWriter::filter);
    }

    private Filters() {}

    /** A filter with its arguments in the order of its parameters. */
    interface Bound {
        Object apply(Run run, Object value, Signature.Bound args);
    }

    /** The filter of that name, or null. */
    static Filter find(String name) {
        return FILTERS.get(name);
    }

    static void define(String name, Filter filter) {
        FILTERS.put(name, filter);
    }

    static void define(String name, int required, String parameters, Bound filter) {
        String[] names = parameters.isEmpty() ? new String[0] : parameters.split(" ");
        Signature signature = new Signature(name, required, names);
        define(name, (run, value, args) -> filter.apply(run, value, signature.bind(args)));
    }

    static void alias(String alias, String name) {
        FILTERS.put(alias, FILTERS.get(name));
    }

    private static Object otherwise(Object value, Signature.Bound a) {
        boolean replaced = value instanceof Undefined || (a.truth(1, false) && !Truth.of(value));
        return replaced ? a.or(0, "") : value;
    }
}
