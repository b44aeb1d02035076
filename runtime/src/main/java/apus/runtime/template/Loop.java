package apus.runtime.template;

import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** The {@code loop} of a loop's body: where it stands, and in recursive loops the way down. */
final class Loop implements Function, Iterator<Object> {
    private static final Signature CALL = new Signature("loop", 1, "iterable");
    private static final Method CYCLE = (_, self, args) -> ((Loop) self).cycle(args);
    private static final Method CHANGED = (run, self, args) -> ((Loop) self).changed(run, args);

    private final For statement;
    private final Frame outer;
    private final int depth;
    private Iterator<?> items;
    private Object ahead = Undefined.MISSING;
    private Object before = Undefined.MISSING;
    private Object current = Undefined.MISSING;
    private Object changing = Undefined.MISSING;
    private int index0 = -1;
    private int length;

    /**
     * @param sized what is looped over, if its length is that of the loop
     */
    Loop(Iterator<?> items, Object sized, int depth, For statement, Frame outer) {
        this.items = items;
        this.length =
                switch (sized) {
                    case List<?> list -> list.size();
                    case Map<?, ?> map -> map.size();
                    case DictView view -> view.map().size();
                    case null, default -> -1;
                };
        this.depth = depth;
        this.statement = statement;
        this.outer = outer;
    }

    @Override
    public boolean hasNext() {
        return ahead != Undefined.MISSING || items.hasNext();
    }

    @Override
    public Object next() {
        before = current;
        current = ahead != Undefined.MISSING ? ahead : items.next();
        ahead = Undefined.MISSING;
        index0++;
        return current;
    }

    /** A loop deeper: {@code loop(children)}. */
    @Override
    public Object call(Run run, Args args) {
        return statement.level(outer, CALL.bind(args).get(0), depth + 1);
    }

    Object member(String name) {
        return switch (name) {
            case "index" -> index0 + 1L;
            case "index0" -> (long) index0;
            case "revindex" -> (long) length() - index0;
            case "revindex0" -> length() - index0 - 1L;
            case "length" -> (long) length();
            case "first" -> index0 == 0;
            case "last" -> !hasNext();
            case "depth" -> depth + 1L;
            case "depth0" -> (long) depth;
            case "previtem" -> index0 == 0 ? new Undefined("there is no previous item") : before;
            case "nextitem" -> peek();
            case "cycle" -> new BoundMethod(this, CYCLE);
            case "changed" -> new BoundMethod(this, CHANGED);
            default -> Undefined.member(this, name);
        };
    }

    String repr() {
        return "<LoopContext " + (index0 + 1) + "/" + length() + ">";
    }

    private Object peek() {
        if (ahead == Undefined.MISSING && items.hasNext()) {
            ahead = items.next();
        }
        return ahead == Undefined.MISSING ? new Undefined("there is no next item") : ahead;
    }

    private int length() {
        if (length < 0) {
            List<Object> rest = Iteration.list(new Generator(items), outer.run);
            items = rest.iterator();
            length = index0 + 1 + (ahead == Undefined.MISSING ? 0 : 1) + rest.size();
        }
        return length;
    }

    private Object cycle(Args args) {
        if (args.count() == 0) {
            throw TemplateException.failed("loop.cycle() needs at least one value");
        }
        return args.positional()[index0 % args.count()];
    }

    private Object changed(Run run, Args args) {
        Tuple values = Tuple.of(args.positional());
        if (changing != Undefined.MISSING && Ordering.equal(values, changing, run)) {
            return false;
        }
        changing = values;
        return true;
    }
}
