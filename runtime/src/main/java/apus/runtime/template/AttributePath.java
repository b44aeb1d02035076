package apus.runtime.template;

import java.util.ArrayList;
import java.util.List;

/** The {@code attribute} of a filter: names and indexes with dots between. */
final class AttributePath {
    private final Object[] parts;

    private AttributePath(Object[] parts) {
        this.parts = parts;
    }

    static AttributePath of(Object attribute) {
        String text = Text.textOf(attribute);
        if (text == null) {
            return new AttributePath(new Object[] {attribute});
        }
        List<Object> parts = new ArrayList<>();
        for (String part : text.split("\\.", -1)) {
            boolean index =
                    !part.isEmpty()
                            && part.length() < 10
                            && part.chars().allMatch(c -> c >= '0' && c <= '9');
            parts.add(index ? (Object) Long.valueOf(part) : part);
        }
        return new AttributePath(parts.toArray());
    }

    /** Several paths with commas between, as {@code sort} takes them. */
    static List<AttributePath> several(Object attribute) {
        String text = Text.textOf(attribute);
        if (text == null) {
            return List.of(of(attribute));
        }
        List<AttributePath> paths = new ArrayList<>();
        for (String one : text.split(",", -1)) {
            paths.add(of(one));
        }
        return paths;
    }

    /**
     * @param otherwise what stands for an undefined part; MISSING for nothing
     */
    Object get(Object item, Object otherwise, Run run) {
        Object value = item;
        for (Object part : parts) {
            value = Indexing.get(value, part, run);
            if (value instanceof Undefined && otherwise != Undefined.MISSING) {
                value = otherwise;
            }
        }
        return value;
    }
}
