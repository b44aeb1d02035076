package apus.runtime.template;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Calls of functions and methods, filters and tests. */
final class Calls {
    private Calls() {}

    static Object invoke(Object function, Args args, Run run) {
        run.step();
        return switch (function) {
            case Function f -> f.call(run, args);
            case Undefined u -> throw u.failure();
            case null, default ->
                    throw TemplateException.failed(
                            "'" + Types.name(function) + "' object is not callable");
        };
    }

    /** {@code callee(arguments)}. */
    record Call(Expr callee, Arguments arguments) implements Expr {
        @Override
        public List<Node> children() {
            return List.of(callee, arguments);
        }

        @Override
        public Object eval(Frame frame) {
            Object function = callee.eval(frame);
            return invoke(function, arguments.eval(frame), frame.run);
        }

        /** With the body of a call block as one more argument. */
        Object eval(Frame frame, Macro caller) {
            Object function = callee.eval(frame);
            Args args = arguments.eval(frame);
            Map<String, Object> named = new LinkedHashMap<>(args.named());
            named.put("caller", caller);
            return invoke(function, new Args(args.positional(), named), frame.run);
        }
    }

    /** {@code owner.name(arguments)} without the detour over a bound method. */
    record MethodCall(
            Expr owner, String name, Optional<Method> ofText, boolean ofMap, Arguments arguments)
            implements Expr {
        MethodCall(Expr owner, String name, Arguments arguments) {
            this(
                    owner,
                    name,
                    Optional.ofNullable(StringMethods.find(name)),
                    DictMethods.isMember(name),
                    arguments);
        }

        @Override
        public List<Node> children() {
            return List.of(owner, arguments);
        }

        @Override
        public Object eval(Frame frame) {
            Object self = owner.eval(frame);
            Run run = frame.run;
            if (self instanceof String && ofText.isPresent()) {
                run.step();
                return ofText.get().call(run, self, arguments.eval(frame));
            }
            Object function = Members.get(self, name);
            return invoke(function, arguments.eval(frame), run);
        }
    }

    /**
     * {@code operand | name(arguments)}.
     *
     * @param filter empty for a name that does not exist where the reference finds out late
     */
    record FilterCall(
            int line, String name, Optional<Filter> filter, Expr operand, Arguments arguments)
            implements Expr {
        @Override
        public List<Node> children() {
            return List.of(operand, arguments);
        }

        @Override
        public Object eval(Frame frame) {
            Object value = operand.eval(frame);
            frame.run.step();
            if (filter.isEmpty()) {
                throw TemplateException.failed("no filter named '" + name + "'");
            }
            return filter.get().apply(frame.run, value, arguments.eval(frame));
        }
    }

    /** {@code operand is name(arguments)}. */
    record TestCall(
            int line, String name, Optional<Predicate> test, Expr operand, Arguments arguments)
            implements Expr {
        @Override
        public List<Node> children() {
            return List.of(operand, arguments);
        }

        @Override
        public Object eval(Frame frame) {
            Object value = operand.eval(frame);
            frame.run.step();
            if (test.isEmpty()) {
                throw TemplateException.failed("no test named '" + name + "'");
            }
            return test.get().holds(frame.run, value, arguments.eval(frame));
        }
    }
}
