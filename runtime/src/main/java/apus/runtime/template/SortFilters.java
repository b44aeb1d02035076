package apus.runtime.template;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Filters that compare elements. Text compares without case unless asked otherwise. */
final class SortFilters {
    private SortFilters() {}

    static void define() {
        Filters.define("sort", 0, "reverse case_sensitive attribute", SortFilters::sort);
        Filters.define("dictsort", 0, "case_sensitive by reverse", SortFilters::dictsort);
        Filters.define("unique", 0, "case_sensitive attribute", SortFilters::unique);
        Filters.define("min", 0, "case_sensitive attribute", (r, v, a) -> extreme(r, v, a, -1));
        Filters.define("max", 0, "case_sensitive attribute", (r, v, a) -> extreme(r, v, a, 1));
        Filters.define("groupby", 1, "attribute default case_sensitive", SortFilters::groupby);
    }

    /** An element beside what it is compared by. */
    private record Keyed(Object key, Object item) {}

    private static Object folded(Object value, boolean caseSensitive, Run run) {
        String text = caseSensitive ? null : Text.textOf(value);
        return text == null ? value : run.made(Case.lower(text));
    }

    private static Object key(
            List<AttributePath> paths, Object item, Object otherwise, boolean sensitive, Run run) {
        if (paths.isEmpty()) {
            return folded(item, sensitive, run);
        }
        if (paths.size() == 1) {
            return folded(paths.getFirst().get(item, otherwise, run), sensitive, run);
        }
        return Tuple.of(
                paths.stream()
                        .map(p -> folded(p.get(item, otherwise, run), sensitive, run))
                        .toArray());
    }

    private static List<AttributePath> paths(Object attribute) {
        return attribute == null ? List.of() : AttributePath.several(attribute);
    }

    private static List<Keyed> keyed(
            Run run, Object value, List<AttributePath> paths, Object otherwise, boolean sensitive) {
        List<Keyed> keyed = new ArrayList<>();
        for (Iterator<?> it = Iteration.over(value, run); it.hasNext(); ) {
            Object item = it.next();
            run.makingItems(1);
            keyed.add(new Keyed(key(paths, item, otherwise, sensitive, run), item));
        }
        return keyed;
    }

    private static void order(List<Keyed> keyed, boolean reverse, Run run) {
        Comparator<Keyed> byKey = Ordering.by(Keyed::key, run);
        // Equal elements keep their order in both directions, as Python's sort has it.
        Ordering.sort(keyed, reverse ? byKey.reversed() : byKey);
    }

    private static List<Object> items(List<Keyed> keyed) {
        List<Object> items = new ArrayList<>(keyed.size());
        keyed.forEach(k -> items.add(k.item()));
        return items;
    }

    private static Object sort(Run run, Object value, Signature.Bound a) {
        List<Keyed> keyed =
                keyed(run, value, paths(a.or(2, null)), Undefined.MISSING, a.truth(1, false));
        order(keyed, a.truth(0, false), run);
        return items(keyed);
    }

    private static Object dictsort(Run run, Object value, Signature.Bound a) {
        if (!(value instanceof Map<?, ?> map)) {
            throw TemplateException.failed("dictsort takes a map, not " + Types.name(value));
        }
        String by = a.text(1, "key");
        if (!by.equals("key") && !by.equals("value")) {
            throw TemplateException.failed("dictsort's 'by' must be 'key' or 'value'");
        }
        List<Keyed> keyed =
                keyed(
                        run,
                        new DictView(DictView.Part.ITEMS, map),
                        List.of(AttributePath.of(by.equals("key") ? 0L : 1L)),
                        Undefined.MISSING,
                        a.truth(0, false));
        order(keyed, a.truth(2, false), run);
        return items(keyed);
    }

    private static Object unique(Run run, Object value, Signature.Bound a) {
        Dict seen = new Dict();
        for (Keyed k :
                keyed(run, value, paths(a.or(1, null)), Undefined.MISSING, a.truth(0, false))) {
            if (!Dict.has(seen, k.key())) {
                seen.set(k.key(), k.item());
            }
        }
        return new Generator(seen.values().iterator());
    }

    private static Object extreme(Run run, Object value, Signature.Bound a, int wanted) {
        Keyed best = null;
        for (Keyed k :
                keyed(run, value, paths(a.or(1, null)), Undefined.MISSING, a.truth(0, false))) {
            if (best == null || Ordering.compare(k.key(), best.key(), run) == wanted) {
                best = k;
            }
        }
        return best == null
                ? new Undefined("there is no such item, the sequence is empty")
                : best.item();
    }

    private static Object groupby(Run run, Object value, Signature.Bound a) {
        boolean sensitive = a.truth(2, false);
        Object otherwise = a.or(1, null) == null ? Undefined.MISSING : a.get(1);
        AttributePath path = AttributePath.of(a.get(0));
        List<Keyed> keyed = keyed(run, value, List.of(path), otherwise, sensitive);
        order(keyed, false, run);
        List<Object> groups = new ArrayList<>();
        List<Object> group = new ArrayList<>();
        Object key = Undefined.MISSING;
        for (Keyed k : keyed) {
            if (key == Undefined.MISSING || !Ordering.equal(k.key(), key, run)) {
                key = k.key();
                group = new ArrayList<>();
                Object shown = sensitive ? key : path.get(k.item(), otherwise, run);
                groups.add(Tuple.named(List.of("grouper", "list"), shown, group));
            }
            group.add(k.item());
        }
        return groups;
    }
}
