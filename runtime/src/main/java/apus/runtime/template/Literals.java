package apus.runtime.template;

import java.util.ArrayList;
import java.util.List;

/** Constants, lists, tuples and maps written in a template. */
final class Literals {
    private Literals() {}

    record Constant(Object value) implements Expr {
        @Override
        public List<Node> children() {
            return List.of();
        }

        @Override
        public Object eval(Frame frame) {
            return value;
        }
    }

    record ListLiteral(List<Expr> items) implements Expr {
        @Override
        public List<Expr> children() {
            return items;
        }

        @Override
        public Object eval(Frame frame) {
            frame.run.makingItems(items.size());
            List<Object> values = new ArrayList<>(items.size());
            for (Expr item : items) {
                values.add(item.eval(frame));
            }
            return values;
        }
    }

    record TupleLiteral(List<Expr> items) implements Expr {
        @Override
        public List<Expr> children() {
            return items;
        }

        @Override
        public Object eval(Frame frame) {
            frame.run.makingItems(items.size());
            Object[] values = new Object[items.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = items.get(i).eval(frame);
            }
            return Tuple.of(values);
        }
    }

    /**
     * @param items keys and values in turn
     */
    record DictLiteral(List<Expr> items) implements Expr {
        @Override
        public List<Expr> children() {
            return items;
        }

        @Override
        public Object eval(Frame frame) {
            frame.run.makingItems(items.size());
            Dict values = new Dict();
            for (int i = 0; i < items.size(); i += 2) {
                values.set(items.get(i).eval(frame), items.get(i + 1).eval(frame));
            }
            return values;
        }
    }
}
