package apus.runtime.template;

/** A value that can be called. */
interface Function {
    Object call(Run run, Args args);
}
