package apus.runtime.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Members, elements and slices. */
final class Access {
    private Access() {}

    record Attribute(Expr owner, String name, boolean reserved) implements Expr {
        Attribute(Expr owner, String name) {
            this(owner, name, DictMethods.isMember(name));
        }

        @Override
        public List<Expr> children() {
            return List.of(owner);
        }

        @Override
        public Object eval(Frame frame) {
            Object value = owner.eval(frame);
            frame.run.step();
            if (!reserved && value instanceof Map<?, ?> map) {
                Object found = map.get(name);
                if (found != null) {
                    return found;
                }
            }
            return Members.get(value, name);
        }
    }

    record Element(Expr owner, Expr key) implements Expr {
        @Override
        public List<Expr> children() {
            return List.of(owner, key);
        }

        @Override
        public Object eval(Frame frame) {
            Object value = owner.eval(frame);
            frame.run.step();
            return Indexing.get(value, key.eval(frame), frame.run);
        }
    }

    /**
     * {@code owner['name']}: a key if there is one, else a member.
     *
     * @param ofText whether all texts have a member of that name
     */
    record NamedElement(Expr owner, String name, boolean ofText) implements Expr {
        NamedElement(Expr owner, String name) {
            this(owner, name, StringMethods.find(name) != null);
        }

        @Override
        public List<Expr> children() {
            return List.of(owner);
        }

        @Override
        public Object eval(Frame frame) {
            Object value = owner.eval(frame);
            frame.run.step();
            if (value instanceof Map<?, ?> map) {
                Object found = map.get(name);
                if (found != null) {
                    return found;
                }
            } else if (value instanceof String && !ofText) {
                return Undefined.member(value, name);
            }
            return Indexing.get(value, name, frame.run);
        }
    }

    /**
     * @param bounds start, stop and step, each of which may be null
     */
    record Slice(Expr owner, Expr[] bounds) implements Expr {
        @Override
        public List<Expr> children() {
            List<Expr> children = new ArrayList<>();
            children.add(owner);
            for (Expr bound : bounds) {
                if (bound != null) {
                    children.add(bound);
                }
            }
            return children;
        }

        @Override
        public Object eval(Frame frame) {
            Object value = owner.eval(frame);
            return Indexing.slice(
                    value, bound(0, frame), bound(1, frame), bound(2, frame), frame.run);
        }

        private Object bound(int i, Frame frame) {
            return bounds[i] == null ? null : bounds[i].eval(frame);
        }
    }
}
