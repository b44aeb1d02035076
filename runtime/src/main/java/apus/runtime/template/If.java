package apus.runtime.template;

import java.util.ArrayList;
import java.util.List;

/** {@code if}, {@code elif}, {@code else}; it opens no scope. */
record If(List<Branch> branches, Body otherwise) implements Stmt {
    record Branch(int line, Expr test, Body body) implements Node {
        @Override
        public List<Node> children() {
            return List.of(test, body);
        }
    }

    @Override
    public List<Node> children() {
        List<Node> children = new ArrayList<>(branches);
        children.add(otherwise);
        return children;
    }

    @Override
    public void declare(Symbols symbols) {
        Branch first = branches.getFirst();
        first.test().declare(symbols);
        Symbols then = symbols.branch();
        first.body().declare(then);
        Symbols others = symbols.branch();
        for (Branch branch : branches.subList(1, branches.size())) {
            new If(List.of(branch), Body.EMPTY).declare(others);
        }
        Symbols last = symbols.branch();
        otherwise.declare(last);
        symbols.merge(List.of(then, others, last));
    }

    @Override
    public Flow exec(Frame frame) {
        for (int i = 0; i < branches.size(); i++) {
            Branch branch = branches.get(i);
            frame.run.at(branch.line());
            if (Truth.of(branch.test().eval(frame))) {
                return branch.body().exec(frame);
            }
        }
        return otherwise.exec(frame);
    }
}
