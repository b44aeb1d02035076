package apus.runtime.template;

import java.util.Iterator;
import java.util.List;

/** What an assignment assigns to. */
sealed interface Target extends Node {
    void assign(Frame frame, Object value);

    /** Declares the names as given by whoever opens the scope, not as assigned in it. */
    void declareParameters(Symbols symbols);

    /** The same names, to be bound in another scope. */
    Target copy();

    boolean stores(String name);

    final class Name implements Target {
        private final String name;
        private Symbols.Variable variable;

        Name(String name) {
            this.name = name;
        }

        String name() {
            return name;
        }

        @Override
        public List<Node> children() {
            return List.of();
        }

        @Override
        public void declare(Symbols symbols) {
            symbols.store(name);
        }

        @Override
        public void declareParameters(Symbols symbols) {
            symbols.parameter(name);
        }

        @Override
        public void link(Symbols symbols) {
            variable = symbols.variable(name);
        }

        @Override
        public void assign(Frame frame, Object value) {
            variable.set(frame, value);
        }

        @Override
        public Target copy() {
            return new Name(name);
        }

        @Override
        public boolean stores(String other) {
            return name.equals(other);
        }
    }

    /** A member of a namespace. */
    record Member(NameExpr owner, String member) implements Target {
        @Override
        public List<Node> children() {
            return List.of(owner);
        }

        @Override
        public void declareParameters(Symbols symbols) {
            declare(symbols);
        }

        @Override
        public void assign(Frame frame, Object value) {
            if (!(owner.eval(frame) instanceof Namespace namespace)) {
                throw TemplateException.failed(
                        "'%s.%s' cannot be set: '%s' is no namespace"
                                .formatted(owner.name(), member, owner.name()));
            }
            namespace.set(member, value);
        }

        @Override
        public Target copy() {
            return new Member(new NameExpr(owner.name()), member);
        }

        @Override
        public boolean stores(String name) {
            return false;
        }
    }

    record Several(List<Target> targets) implements Target {
        @Override
        public List<Target> children() {
            return targets;
        }

        @Override
        public void declareParameters(Symbols symbols) {
            targets.forEach(t -> t.declareParameters(symbols));
        }

        @Override
        public void assign(Frame frame, Object value) {
            Iterator<?> items = Iteration.over(value, frame.run);
            Object[] values = new Object[targets.size()];
            for (int i = 0; i < values.length; i++) {
                if (!items.hasNext()) {
                    throw TemplateException.failed(
                            "not enough values to unpack: " + values.length + " wanted, " + i);
                }
                values[i] = items.next();
            }
            if (items.hasNext()) {
                throw TemplateException.failed(
                        "too many values to unpack: " + values.length + " wanted");
            }
            for (int i = 0; i < values.length; i++) {
                targets.get(i).assign(frame, values[i]);
            }
        }

        @Override
        public Target copy() {
            return new Several(targets.stream().map(Target::copy).toList());
        }

        @Override
        public boolean stores(String name) {
            return targets.stream().anyMatch(t -> t.stores(name));
        }
    }
}
