package apus.runtime.template;

/** What stands after {@code is}. */
interface Predicate {
    boolean holds(Run run, Object value, Args args);
}
