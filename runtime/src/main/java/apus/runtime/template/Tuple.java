package apus.runtime.template;

import java.util.AbstractList;
import java.util.List;
import java.util.RandomAccess;

/** A Python tuple: a list that prints with parentheses and equals no list. */
final class Tuple extends AbstractList<Object> implements RandomAccess {
    private final Object[] items;
    private final List<String> names;

    private Tuple(Object[] items, List<String> names) {
        this.items = items;
        this.names = names;
    }

    /** A tuple whose elements have names too. */
    static Tuple named(List<String> names, Object... items) {
        return new Tuple(items, names);
    }

    /** Takes the array over. */
    static Tuple of(Object... items) {
        return new Tuple(items, List.of());
    }

    static Tuple copyOf(List<?> items) {
        return new Tuple(items.toArray(), List.of());
    }

    Object member(String name) {
        int index = names.indexOf(name);
        return index < 0 ? Undefined.member(this, name) : items[index];
    }

    @Override
    public Object get(int index) {
        return items[index];
    }

    @Override
    public int size() {
        return items.length;
    }
}
