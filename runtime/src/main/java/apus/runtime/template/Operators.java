package apus.runtime.template;

import java.util.List;

/** Arithmetic and the joining of text. */
final class Operators {
    private Operators() {}

    record Binary(Arithmetic operation, Expr left, Expr right) implements Expr {
        @Override
        public List<Expr> children() {
            return List.of(left, right);
        }

        @Override
        public Object eval(Frame frame) {
            Object a = left.eval(frame);
            Object b = right.eval(frame);
            frame.run.step();
            return operation.apply(a, b, frame.run);
        }
    }

    record Sign(boolean minus, Expr operand) implements Expr {
        @Override
        public List<Expr> children() {
            return List.of(operand);
        }

        @Override
        public Object eval(Frame frame) {
            return Arithmetic.sign(minus, operand.eval(frame));
        }
    }

    /** {@code a ~ b}: the texts of all operands, never escaped. */
    record Concat(List<Expr> operands) implements Expr {
        @Override
        public List<Expr> children() {
            return operands;
        }

        @Override
        public Object eval(Frame frame) {
            StringBuilder out = new StringBuilder();
            for (Expr operand : operands) {
                out.append(Text.of(operand.eval(frame), frame.run));
                frame.run.growing(out);
            }
            return frame.run.made(out.toString());
        }
    }
}
