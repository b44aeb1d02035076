package apus.runtime.template;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** A loop. Its body is a scope of its own, opened anew each turn. */
final class For implements Stmt {
    private final int line;
    private final Target target;
    private final Expr iterable;
    private final List<Expr> tests;
    private final Target testTarget;
    private final boolean recursive;
    private final Body body;
    private final Body otherwise;

    private Symbols.Opening bodyOpening;
    private Symbols.Opening testOpening;
    private Symbols.Opening elseOpening;
    private FunctionScope function;
    private boolean usesLoop;
    private int loopIndex;
    private int height;

    /**
     * @param tests the condition behind {@code if}, at most one
     */
    For(
            int line,
            Target target,
            Expr iterable,
            List<Expr> tests,
            boolean recursive,
            Body body,
            Body otherwise) {
        this.line = line;
        this.target = target;
        this.iterable = iterable;
        this.tests = tests;
        this.testTarget = target.copy();
        this.recursive = recursive;
        this.body = body;
        this.otherwise = otherwise;
    }

    Expr iterable() {
        return iterable;
    }

    @Override
    public List<Node> children() {
        List<Node> children = new ArrayList<>(List.of(target, iterable, body, otherwise));
        children.addAll(tests);
        return children;
    }

    @Override
    public void declare(Symbols symbols) {
        iterable.declare(symbols);
    }

    @Override
    public void link(Symbols symbols) {
        iterable.link(symbols);
        Symbols inner = recursive ? symbols.innerFunction() : symbols.inner();
        function = inner.function();
        height = Tree.height(this);
        usesLoop = recursive || Tree.reads(body, "loop");
        if (usesLoop) {
            loopIndex = inner.parameter("loop").index();
        }
        target.declareParameters(inner);
        body.declare(inner);
        target.link(inner);
        body.link(inner);
        bodyOpening = inner.opening();

        Symbols test = recursive ? symbols.inside(function) : symbols.inner();
        testTarget.declareParameters(test);
        tests.forEach(t -> t.declare(test));
        testTarget.link(test);
        tests.forEach(t -> t.link(test));
        testOpening = test.opening();

        Symbols empty = recursive ? symbols.inside(function) : symbols.inner();
        otherwise.declare(empty);
        otherwise.link(empty);
        elseOpening = empty.opening();
    }

    @Override
    public Flow exec(Frame frame) {
        frame.run.at(line);
        Object items = iterable.eval(frame);
        if (recursive) {
            frame.run.emit(level(frame, items, 0));
            return Flow.NEXT;
        }
        return turns(frame, frame, items, 0);
    }

    /** One level of a recursive loop: what its turns print. */
    String level(Frame outer, Object items, int depth) {
        Run run = outer.run;
        run.enter(height);
        StringBuilder before = run.capture();
        turns(new Frame(run, outer, function.size()), outer, items, depth);
        run.leave(height);
        return run.release(before);
    }

    /**
     * @param outer the frame that the loop stands in; {@code frame} unless the loop is recursive
     */
    private Flow turns(Frame frame, Frame outer, Object iterated, int depth) {
        Run run = frame.run;
        Iterator<?> items = Iteration.over(iterated, run);
        if (!tests.isEmpty()) {
            items = new Selection(items, frame);
        }
        Loop loop = null;
        if (usesLoop) {
            Object sized = tests.isEmpty() ? iterated : null;
            loop = new Loop(items, sized, depth, this, outer);
            items = loop;
        }
        boolean finishedATurn = false;
        while (items.hasNext()) {
            run.at(line);
            target.assign(frame, items.next());
            if (loop != null) {
                frame.set(loopIndex, loop);
            }
            bodyOpening.run(frame);
            Flow flow = body.exec(frame);
            if (flow == Flow.BREAK) {
                break;
            }
            // Not "any turn was begun": the reference's else runs after nothing but continues.
            finishedATurn |= flow == Flow.NEXT;
        }
        if (finishedATurn) {
            return Flow.NEXT;
        }
        elseOpening.run(frame);
        return otherwise.exec(frame);
    }

    /** The elements that pass the loop's condition, tested as late as they are needed. */
    private final class Selection implements Iterator<Object> {
        private final Iterator<?> items;
        private final Frame frame;
        private Object next = Undefined.MISSING;

        Selection(Iterator<?> items, Frame frame) {
            this.items = items;
            this.frame = frame;
        }

        @Override
        public boolean hasNext() {
            while (next == Undefined.MISSING && items.hasNext()) {
                frame.run.step();
                Object item = items.next();
                testTarget.assign(frame, item);
                testOpening.run(frame);
                if (Truth.of(tests.getFirst().eval(frame))) {
                    next = item;
                }
            }
            return next != Undefined.MISSING;
        }

        @Override
        public Object next() {
            Object item = hasNext() ? next : Undefined.MISSING;
            next = Undefined.MISSING;
            return item;
        }
    }
}
