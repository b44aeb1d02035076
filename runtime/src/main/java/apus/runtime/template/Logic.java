package apus.runtime.template;

import java.util.ArrayList;
import java.util.List;

/** Conditions: the operators that choose, and the ones that compare. */
final class Logic {
    private Logic() {}

    record And(Expr left, Expr right) implements Expr {
        @Override
        public List<Expr> children() {
            return List.of(left, right);
        }

        @Override
        public Object eval(Frame frame) {
            Object value = left.eval(frame);
            return Truth.of(value) ? right.eval(frame) : value;
        }
    }

    record Or(Expr left, Expr right) implements Expr {
        @Override
        public List<Expr> children() {
            return List.of(left, right);
        }

        @Override
        public Object eval(Frame frame) {
            Object value = left.eval(frame);
            return Truth.of(value) ? value : right.eval(frame);
        }
    }

    record Not(Expr operand) implements Expr {
        @Override
        public List<Expr> children() {
            return List.of(operand);
        }

        @Override
        public Object eval(Frame frame) {
            return !Truth.of(operand.eval(frame));
        }
    }

    record Choice(Expr test, Expr then, Expr otherwise) implements Expr {
        @Override
        public List<Expr> children() {
            return List.of(test, then, otherwise);
        }

        @Override
        public Object eval(Frame frame) {
            return (Truth.of(test.eval(frame)) ? then : otherwise).eval(frame);
        }
    }

    /** {@code a < b <= c}: each operand is evaluated once, up to the first that fails. */
    record Comparison(Expr first, List<Relation> relations, List<Expr> others) implements Expr {
        @Override
        public List<Expr> children() {
            List<Expr> children = new ArrayList<>(others.size() + 1);
            children.add(first);
            children.addAll(others);
            return children;
        }

        @Override
        public Object eval(Frame frame) {
            Object left = first.eval(frame);
            for (int i = 0; i < others.size(); i++) {
                Object right = others.get(i).eval(frame);
                frame.run.step();
                if (!relations.get(i).holds(left, right, frame.run)) {
                    return false;
                }
                left = right;
            }
            return true;
        }
    }

    enum Relation {
        EQUAL,
        UNEQUAL,
        LESS,
        LESS_OR_EQUAL,
        GREATER,
        GREATER_OR_EQUAL,
        IN,
        NOT_IN;

        boolean holds(Object a, Object b, Run run) {
            return switch (this) {
                case EQUAL -> Ordering.equal(a, b, run);
                case UNEQUAL -> !Ordering.equal(a, b, run);
                case IN -> Ordering.contains(b, a, run);
                case NOT_IN -> !Ordering.contains(b, a, run);
                case LESS -> Ordering.compare(a, b, run) == -1;
                case GREATER -> Ordering.compare(a, b, run) == 1;
                case LESS_OR_EQUAL -> Ordering.compare(a, b, run) <= 0;
                case GREATER_OR_EQUAL -> {
                    int order = Ordering.compare(a, b, run);
                    yield order == 0 || order == 1;
                }
            };
        }
    }
}
