package apus.runtime.template;

import java.util.ArrayList;
import java.util.List;

/** The parameters and the body of a macro or a call block: a function of its own. */
final class MacroBody implements Node {
    private static final String CALLER = "caller";

    private final String name;
    private final List<Target.Name> parameters;
    private final List<Expr> defaults;
    private final Body body;

    private FunctionScope function;
    private Symbols.Opening opening;
    private int callerIndex = -1;
    private int namedIndex = -1;
    private int restIndex = -1;
    private boolean readsCaller;
    private int height;

    /**
     * @param defaults of the last parameters
     */
    MacroBody(String name, List<Target.Name> parameters, List<Expr> defaults, Body body) {
        this.name = name;
        this.parameters = parameters;
        this.defaults = defaults;
        this.body = body;
    }

    String name() {
        return name;
    }

    List<Target.Name> parameters() {
        return parameters;
    }

    FunctionScope function() {
        return function;
    }

    int callerIndex() {
        return callerIndex;
    }

    int namedIndex() {
        return namedIndex;
    }

    int restIndex() {
        return restIndex;
    }

    /** Whether a caller may be given, be it a declared parameter or not. */
    boolean readsCaller() {
        return readsCaller;
    }

    @Override
    public List<Node> children() {
        List<Node> children = new ArrayList<>(parameters);
        children.addAll(defaults);
        children.add(body);
        return children;
    }

    /** Nothing: what happens inside stays there. */
    @Override
    public void declare(Symbols symbols) {}

    @Override
    public void link(Symbols symbols) {
        Symbols inner = symbols.innerFunction();
        function = inner.function();
        height = Tree.height(this);
        readsCaller = Tree.reads(body, CALLER);
        if (readsCaller && !declares(CALLER)) {
            callerIndex = inner.parameter(CALLER).index();
        }
        if (Tree.reads(body, "kwargs") && !declares("kwargs")) {
            namedIndex = inner.parameter("kwargs").index();
        }
        if (Tree.reads(body, "varargs") && !declares("varargs")) {
            restIndex = inner.parameter("varargs").index();
        }
        parameters.forEach(p -> p.declareParameters(inner));
        defaults.forEach(d -> d.declare(inner));
        body.declare(inner);
        children().forEach(c -> c.link(inner));
        opening = inner.opening();
    }

    private boolean declares(String parameter) {
        return parameters.stream().anyMatch(p -> p.stores(parameter));
    }

    /** Runs the body in a frame whose parameters are set, as far as they are given. */
    String run(Frame frame, Object[] given) {
        Run run = frame.run;
        int line = run.line();
        run.enter(height);
        opening.run(frame);
        int withoutDefault = parameters.size() - defaults.size();
        for (int i = 0; i < given.length; i++) {
            parameters.get(i).assign(frame, given[i]);
        }
        for (int i = 0; i < given.length; i++) {
            if (given[i] == Undefined.MISSING) {
                parameters
                        .get(i)
                        .assign(
                                frame,
                                i < withoutDefault
                                        ? new Undefined(
                                                "parameter '%s' of '%s' was not provided"
                                                        .formatted(parameters.get(i).name(), name))
                                        : defaults.get(i - withoutDefault).eval(frame));
            }
        }
        StringBuilder outer = run.capture();
        body.exec(frame);
        String text = run.release(outer);
        run.leave(height);
        run.at(line);
        return text;
    }
}
