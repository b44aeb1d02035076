package apus.runtime.template;

/** What stands after {@code |}. */
interface Filter {
    Object apply(Run run, Object value, Args args);
}
