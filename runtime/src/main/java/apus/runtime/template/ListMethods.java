package apus.runtime.template;

import java.util.ArrayList;
import java.util.List;

/** The methods of lists and tuples that change nothing. */
final class ListMethods {
    private static final Signature INDEX = new Signature("index", 1, "value", "start", "stop");
    private static final Signature COUNT = new Signature("count", 1, "value");
    private static final Signature COPY = new Signature("copy", 0);

    private ListMethods() {}

    /** The method of that name, or null. */
    static Method find(String name, Object owner) {
        return switch (name) {
            case "index" -> ListMethods::index;
            case "count" -> ListMethods::count;
            case "copy" ->
                    owner instanceof Tuple || owner instanceof Range ? null : ListMethods::copy;
            default -> null;
        };
    }

    private static Object index(Run run, Object self, Args args) {
        Signature.Bound bound = INDEX.bind(args);
        List<?> list = (List<?>) self;
        int start = Math.max(0, fromEnd(bound.integer(1, 0), list.size()));
        int stop = Math.min(list.size(), fromEnd(bound.integer(2, list.size()), list.size()));
        for (int i = start; i < stop; i++) {
            run.step();
            if (Ordering.equal(list.get(i), bound.get(0), run)) {
                return (long) i;
            }
        }
        throw TemplateException.failed("the value is not in the list");
    }

    private static int fromEnd(int index, int size) {
        return index < 0 ? index + size : index;
    }

    private static Object count(Run run, Object self, Args args) {
        Object value = COUNT.bind(args).get(0);
        long count = 0;
        for (Object item : (List<?>) self) {
            run.step();
            if (Ordering.equal(item, value, run)) {
                count++;
            }
        }
        return count;
    }

    private static Object copy(Run run, Object self, Args args) {
        COPY.bind(args);
        List<?> list = (List<?>) self;
        run.makingItems(list.size());
        return new ArrayList<Object>(list);
    }
}
