package apus.runtime.template;

import java.util.List;

/** A variable that is read. */
final class NameExpr implements Expr {
    private final String name;
    private final Undefined undefined;
    private Symbols.Variable variable;

    NameExpr(String name) {
        this.name = name;
        this.undefined = Undefined.name(name);
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
        symbols.load(name);
    }

    @Override
    public void link(Symbols symbols) {
        variable = symbols.read(name);
    }

    @Override
    public Object eval(Frame frame) {
        Object value = variable.get(frame);
        return value == Undefined.MISSING ? undefined : value;
    }
}
