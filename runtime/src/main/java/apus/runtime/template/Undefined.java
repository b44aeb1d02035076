package apus.runtime.template;

/**
 * What a missing variable, key or index evaluates to: empty when printed, looped over or counted,
 * an error in any other use.
 */
final class Undefined {
    /** The mark of a slot that was never assigned, and of an argument that was not given. */
    static final Undefined MISSING = new Undefined("a value is missing");

    private final String message;
    private final Object owner;
    private final Object name;

    private Undefined(String message, Object owner, Object name) {
        this.message = message;
        this.owner = owner;
        this.name = name;
    }

    /**
     * @param message what to say when it is used
     */
    Undefined(String message) {
        this(message, null, null);
    }

    static Undefined name(String name) {
        return new Undefined("'" + name + "' is undefined");
    }

    /** A member or element that is not there; templates ask often and complain rarely. */
    static Undefined member(Object owner, Object name) {
        return new Undefined(null, owner, name);
    }

    TemplateException failure() {
        return TemplateException.failed(message == null ? missingMember() : message);
    }

    private String missingMember() {
        String what = owner == null ? "None" : "'" + Types.name(owner) + "'";
        return name instanceof String s
                ? what + " has no attribute '" + s + "'"
                : what + " has no element " + Text.brief(name);
    }
}
