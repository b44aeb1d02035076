package apus.runtime.template;

import java.util.ArrayList;
import java.util.List;

/** The statements that define macros and collect text. */
final class Blocks {
    private Blocks() {}

    record MacroDefinition(Target.Name target, MacroBody body) implements Stmt {
        @Override
        public List<Node> children() {
            return List.of(target, body);
        }

        @Override
        public Flow exec(Frame frame) {
            target.assign(frame, new Macro(body, frame));
            return Flow.NEXT;
        }
    }

    /** {@code {% call(args) macro() %}}: the body becomes the macro's caller. */
    record CallBlock(int line, Calls.Call call, MacroBody body) implements Stmt {
        @Override
        public List<Node> children() {
            return List.of(call, body);
        }

        @Override
        public Flow exec(Frame frame) {
            Run run = frame.run;
            run.at(line);
            run.emit(Text.of(call.eval(frame, new Macro(body, frame)), run));
            return Flow.NEXT;
        }
    }

    /** {@code {% generation %}}: marks the assistant's text for training; here just a scope. */
    record Generation(MacroBody body) implements Stmt {
        @Override
        public List<Node> children() {
            return List.of(body);
        }

        @Override
        public Flow exec(Frame frame) {
            frame.run.emit((String) new Macro(body, frame).call(frame.run, Args.NONE));
            return Flow.NEXT;
        }
    }

    /** The text that a block collected, as the operand of its filters. */
    static final class Collected implements Expr {
        private Symbols.Variable variable;

        @Override
        public List<Node> children() {
            return List.of();
        }

        @Override
        public void link(Symbols symbols) {
            variable = new Symbols.Variable(0, symbols.function().slot().index());
        }

        void set(Frame frame, String text) {
            variable.set(frame, text);
        }

        @Override
        public Object eval(Frame frame) {
            return variable.get(frame);
        }
    }

    /** A body whose text goes through filters: of {@code {% filter %}} and {@code {% set %}}. */
    static final class Collection implements Node {
        private final Body body;
        private final Collected collected;
        private final Expr filters;
        private Symbols.Opening opening;

        /**
         * @param filters an expression over {@code collected}, or that itself
         */
        Collection(Body body, Collected collected, Expr filters) {
            this.body = body;
            this.collected = collected;
            this.filters = filters;
        }

        @Override
        public List<Node> children() {
            return List.of(filters, body);
        }

        @Override
        public void declare(Symbols symbols) {}

        @Override
        public void link(Symbols symbols) {
            Symbols inner = symbols.inner();
            filters.declare(inner);
            body.declare(inner);
            filters.link(inner);
            body.link(inner);
            opening = inner.opening();
        }

        /** Collects; what a {@code break} inside leaves is dropped. */
        Stmt.Flow exec(Frame frame) {
            opening.run(frame);
            StringBuilder outer = frame.run.capture();
            Stmt.Flow flow = body.exec(frame);
            collected.set(frame, frame.run.release(outer));
            return flow;
        }

        Object result(Frame frame) {
            return filters.eval(frame);
        }
    }

    record FilterBlock(Collection collection) implements Stmt {
        @Override
        public List<Node> children() {
            return List.of(collection);
        }

        @Override
        public Flow exec(Frame frame) {
            Flow flow = collection.exec(frame);
            if (flow == Flow.NEXT) {
                frame.run.emit(Text.of(collection.result(frame), frame.run));
            }
            return flow;
        }
    }

    record SetBlock(Target target, Collection collection) implements Stmt {
        @Override
        public List<Node> children() {
            return List.of(target, collection);
        }

        @Override
        public Flow exec(Frame frame) {
            Flow flow = collection.exec(frame);
            if (flow == Flow.NEXT) {
                target.assign(frame, collection.result(frame));
            }
            return flow;
        }
    }

    record SetStatement(int line, Target target, Expr value) implements Stmt {
        @Override
        public List<Node> children() {
            return List.of(value, target);
        }

        @Override
        public Flow exec(Frame frame) {
            frame.run.at(line);
            target.assign(frame, value.eval(frame));
            return Flow.NEXT;
        }
    }

    record Jump(Flow flow) implements Stmt {
        @Override
        public List<Node> children() {
            return List.of();
        }

        @Override
        public Flow exec(Frame frame) {
            frame.run.step();
            return flow;
        }
    }

    /** {@code {% with a = 1 %}}: a scope; the values are evaluated outside of it. */
    static final class With implements Stmt {
        private final List<Target> targets;
        private final List<Expr> values;
        private final Body body;
        private Symbols.Opening opening;

        With(List<Target> targets, List<Expr> values, Body body) {
            this.targets = targets;
            this.values = values;
            this.body = body;
        }

        @Override
        public List<Node> children() {
            List<Node> children = new ArrayList<>(values);
            children.addAll(targets);
            children.add(body);
            return children;
        }

        @Override
        public void declare(Symbols symbols) {
            values.forEach(v -> v.declare(symbols));
        }

        @Override
        public void link(Symbols symbols) {
            values.forEach(v -> v.link(symbols));
            Symbols inner = symbols.inner();
            targets.forEach(t -> t.declareParameters(inner));
            body.declare(inner);
            targets.forEach(t -> t.link(inner));
            body.link(inner);
            opening = inner.opening();
        }

        @Override
        public Flow exec(Frame frame) {
            opening.run(frame);
            for (int i = 0; i < targets.size(); i++) {
                targets.get(i).assign(frame, values.get(i).eval(frame));
            }
            return body.exec(frame);
        }
    }
}
