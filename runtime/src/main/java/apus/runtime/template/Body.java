package apus.runtime.template;

import java.util.List;

/** Statements in a row. */
record Body(List<Stmt> statements) implements Stmt {
    static final Body EMPTY = new Body(List.of());

    @Override
    public List<Stmt> children() {
        return statements;
    }

    @Override
    public Flow exec(Frame frame) {
        for (int i = 0; i < statements.size(); i++) {
            Flow flow = statements.get(i).exec(frame);
            if (flow != Flow.NEXT) {
                return flow;
            }
        }
        return Flow.NEXT;
    }
}
