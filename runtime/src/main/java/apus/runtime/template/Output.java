package apus.runtime.template;

import java.util.List;

/** What adds to the rendered text. */
final class Output {
    private Output() {}

    record Data(String text) implements Stmt {
        @Override
        public List<Node> children() {
            return List.of();
        }

        @Override
        public Flow exec(Frame frame) {
            frame.run.emit(text);
            return Flow.NEXT;
        }
    }

    record Print(int line, Expr value) implements Stmt {
        @Override
        public List<Expr> children() {
            return List.of(value);
        }

        @Override
        public Flow exec(Frame frame) {
            frame.run.at(line);
            frame.run.emit(Text.of(value.eval(frame), frame.run));
            return Flow.NEXT;
        }
    }
}
