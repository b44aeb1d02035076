package apus.runtime.template;

import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;

/** Filters that choose or change elements one by one, as late as they are asked for. */
final class SelectFilters {
    private SelectFilters() {}

    static void define() {
        Filters.define("map", SelectFilters::map);
        Filters.define("select", (run, v, args) -> select(run, v, args, false, true));
        Filters.define("reject", (run, v, args) -> select(run, v, args, false, false));
        Filters.define("selectattr", (run, v, args) -> select(run, v, args, true, true));
        Filters.define("rejectattr", (run, v, args) -> select(run, v, args, true, false));
    }

    private interface Change {
        Object apply(Object item);
    }

    private static Object map(Run run, Object value, Args args) {
        Change change = change(run, args);
        Iterator<?> items = Truth.of(value) ? Iteration.over(value, run) : null;
        return new Generator(
                new Iterator<Object>() {
                    @Override
                    public boolean hasNext() {
                        return items != null && items.hasNext();
                    }

                    @Override
                    public Object next() {
                        run.step();
                        return change.apply(items.next());
                    }
                });
    }

    private static Change change(Run run, Args args) {
        if (args.count() > 0) {
            String name = String.valueOf(Text.textOf(args.positional()[0]));
            Filter filter = Filters.find(name);
            if (filter == null) {
                throw TemplateException.failed("no filter named '" + name + "'");
            }
            Args rest = new Args(rest(args, 1), args.named());
            return item -> filter.apply(run, item, rest);
        }
        for (String name : args.named().keySet()) {
            if (!name.equals("attribute") && !name.equals("default")) {
                throw TemplateException.failed("map() knows no argument '" + name + "'");
            }
        }
        if (!args.named().containsKey("attribute")) {
            throw TemplateException.failed("map() needs the name of a filter or an attribute");
        }
        if (args.named().get("attribute") == null) {
            return item -> item;
        }
        AttributePath path = AttributePath.of(args.named().get("attribute"));
        Object given = args.named().get("default");
        Object otherwise = given == null ? Undefined.MISSING : given;
        return item -> path.get(item, otherwise, run);
    }

    private static Object[] rest(Args args, int from) {
        return Arrays.copyOfRange(args.positional(), from, Math.max(from, args.count()));
    }

    private static Object select(
            Run run, Object value, Args args, boolean byAttribute, boolean keep) {
        int skip = byAttribute ? 1 : 0;
        if (args.count() < skip) {
            throw TemplateException.failed("the name of an attribute is missing");
        }
        AttributePath path = byAttribute ? AttributePath.of(args.positional()[0]) : null;
        Predicate predicate = (_, item, _) -> Truth.of(item);
        Args rest = Args.NONE;
        if (args.count() > skip) {
            String name = String.valueOf(Text.textOf(args.positional()[skip]));
            predicate = Predicates.find(name);
            rest = new Args(rest(args, skip + 1), args.named());
            if (predicate == null) {
                throw TemplateException.failed("no test named '" + name + "'");
            }
        } else if (!args.named().isEmpty()) {
            throw TemplateException.failed("select() takes arguments for a test, but no test");
        }
        Iterator<?> items =
                Truth.of(value) ? Iteration.over(value, run) : Map.of().keySet().iterator();
        return new Generator(new Selection(run, items, path, predicate, rest, keep));
    }

    private static final class Selection implements Iterator<Object> {
        private final Run run;
        private final Iterator<?> items;
        private final AttributePath path;
        private final Predicate predicate;
        private final Args args;
        private final boolean keep;
        private Object next = Undefined.MISSING;

        /**
         * @param path null for the element itself
         */
        Selection(
                Run run,
                Iterator<?> items,
                AttributePath path,
                Predicate predicate,
                Args args,
                boolean keep) {
            this.run = run;
            this.items = items;
            this.path = path;
            this.predicate = predicate;
            this.args = args;
            this.keep = keep;
        }

        @Override
        public boolean hasNext() {
            while (next == Undefined.MISSING && items.hasNext()) {
                run.step();
                Object item = items.next();
                Object tested = path == null ? item : path.get(item, Undefined.MISSING, run);
                if (predicate.holds(run, tested, args) == keep) {
                    next = item;
                }
            }
            return next != Undefined.MISSING;
        }

        @Override
        public Object next() {
            Object item = hasNext() ? next : Undefined.MISSING;
            next = Undefined.MISSING;
            return item;
        }
    }
}
