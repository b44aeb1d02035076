package apus.runtime.template;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Filters over the elements of a value as a whole. */
final class ListFilters {
    private ListFilters() {}

    static void define() {
        Filters.define("list", 0, "", (run, value, _) -> Iteration.list(value, run));
        Filters.define("first", 0, "", ListFilters::first);
        Filters.define("last", 0, "", ListFilters::last);
        Filters.define("reverse", 0, "", (run, value, _) -> reverse(run, value));
        Filters.define("items", 0, "", (_, value, _) -> items(value));
        Filters.define("batch", 1, "linecount fill_with", ListFilters::batch);
        Filters.define("slice", 1, "slices fill_with", ListFilters::slice);
    }

    private static Object first(Run run, Object value, Signature.Bound a) {
        Iterator<?> items = Iteration.over(value, run);
        return items.hasNext()
                ? items.next()
                : new Undefined("there is no first item, the sequence is empty");
    }

    private static Object last(Run run, Object value, Signature.Bound a) {
        if (value instanceof Generator) {
            throw TemplateException.failed("a generator has no last element: use list first");
        }
        Object last = new Undefined("there is no last item, the sequence is empty");
        if (value instanceof List<?> list) {
            return list.isEmpty() ? last : list.getLast();
        }
        for (Iterator<?> it = Iteration.over(value, run); it.hasNext(); ) {
            run.step();
            last = it.next();
        }
        return last;
    }

    /** Text reversed, or the elements from the end: lazily, unless the value has no end yet. */
    private static Object reverse(Run run, Object value) {
        String text = Text.textOf(value);
        if (text != null) {
            String reversed = run.made(new StringBuilder(text).reverse().toString());
            return value instanceof Markup ? new Markup(reversed) : reversed;
        }
        List<Object> items = Iteration.list(value, run);
        Collections.reverse(items);
        return value instanceof Generator ? items : new Generator(items.iterator());
    }

    private static Object items(Object value) {
        return switch (value) {
            case Map<?, ?> map -> new Generator(new DictView(DictView.Part.ITEMS, map).iterator());
            case Undefined _ -> new Generator(Collections.emptyIterator());
            case null, default ->
                    throw TemplateException.failed("items takes a map, not " + Types.name(value));
        };
    }

    /** Lists of so many elements each. */
    private static Object batch(Run run, Object value, Signature.Bound a) {
        int size = a.integer(0);
        Object fill = a.or(1, null);
        List<Object> batches = new ArrayList<>();
        List<Object> batch = new ArrayList<>();
        for (Iterator<?> it = Iteration.over(value, run); it.hasNext(); ) {
            Object item = it.next();
            run.makingItems(1);
            if (batch.size() == size) {
                batches.add(batch);
                batch = new ArrayList<>();
            }
            batch.add(item);
        }
        if (!batch.isEmpty()) {
            if (fill != null && batch.size() < size) {
                run.makingItems(size - batch.size());
                batch.addAll(Collections.nCopies(size - batch.size(), fill));
            }
            batches.add(batch);
        }
        return new Generator(batches.iterator());
    }

    /** So many lists of nearly equal length. */
    private static Object slice(Run run, Object value, Signature.Bound a) {
        List<Object> items = Iteration.list(value, run);
        int slices = a.integer(0);
        Object fill = a.or(1, null);
        if (slices < 1) {
            throw TemplateException.failed("slice needs a positive number of slices");
        }
        run.makingItems(slices + (long) items.size());
        int each = items.size() / slices;
        int longer = items.size() % slices;
        List<Object> lists = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < slices; i++) {
            int end = start + each + (i < longer ? 1 : 0);
            List<Object> part = new ArrayList<>(items.subList(start, end));
            if (fill != null && i >= longer) {
                part.add(fill);
            }
            lists.add(part);
            start = end;
        }
        return new Generator(lists.iterator());
    }
}
