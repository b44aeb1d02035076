package apus.runtime.template;

/** What {@code cycler(...)} gives: its values in turn, without end. */
final class Cycler {
    private static final Method NEXT = (_, self, _) -> ((Cycler) self).next();
    private static final Method RESET = (_, self, _) -> ((Cycler) self).reset();

    private final Object[] items;
    private int position;

    Cycler(Args args) {
        if (args.count() == 0) {
            throw TemplateException.failed("cycler() needs at least one value");
        }
        this.items = args.positional();
    }

    Object member(String name) {
        return switch (name) {
            case "current" -> items[position];
            case "next" -> new BoundMethod(this, NEXT);
            case "reset" -> new BoundMethod(this, RESET);
            default -> Undefined.member(this, name);
        };
    }

    private Object next() {
        Object item = items[position];
        position = (position + 1) % items.length;
        return item;
    }

    private Object reset() {
        position = 0;
        return null;
    }
}
