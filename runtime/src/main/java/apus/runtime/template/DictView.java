package apus.runtime.template;

import java.util.Iterator;
import java.util.Map;

/**
 * What {@code keys()}, {@code values()} and {@code items()} of a map give: counted, not indexed.
 */
record DictView(Part part, Map<?, ?> map) {
    enum Part {
        KEYS,
        VALUES,
        ITEMS
    }

    Iterator<?> iterator() {
        return switch (part) {
            case KEYS -> map.keySet().iterator();
            case VALUES -> map.values().iterator();
            case ITEMS -> {
                Iterator<? extends Map.Entry<?, ?>> entries = map.entrySet().iterator();
                yield new Iterator<Object>() {
                    @Override
                    public boolean hasNext() {
                        return entries.hasNext();
                    }

                    @Override
                    public Object next() {
                        Map.Entry<?, ?> entry = entries.next();
                        return Tuple.of(entry.getKey(), entry.getValue());
                    }
                };
            }
        };
    }
}
