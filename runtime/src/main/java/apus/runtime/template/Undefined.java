package apus.runtime.template;

/**
 * What a missing variable, key or index evaluates to: empty when printed, looped over or counted,
 * an error in any other use.
 */
final class Undefined {
    /** The mark of a slot that was never assigned, and of an argument that was not given. */
    static final Undefined MISSING = new Undefined("a value is missing");

    private final String message;

    /**
     * @param message what to say when it is used
     */
    Undefined(String message) {
        this.message = message;
    }

    static Undefined name(String name) {
        return new Undefined("'" + name + "' is undefined");
    }

    static Undefined member(Object owner, Object name) {
        String what = owner == null ? "None" : "'" + Types.name(owner) + "'";
        return new Undefined(
                name instanceof String s
                        ? what + " has no attribute '" + s + "'"
                        : what + " has no element " + Text.brief(name));
    }

    TemplateException failure() {
        return TemplateException.failed(message);
    }
}
