package apus.runtime.template;

/** A method taken from a value, to be called later. */
record BoundMethod(Object self, Method method) implements Function {
    @Override
    public Object call(Run run, Args args) {
        return method.call(run, self, args);
    }
}
