package apus.runtime.template;

/** A node that does something. */
interface Stmt extends Node {
    Flow exec(Frame frame);

    /** How a statement ended. */
    enum Flow {
        NEXT,
        BREAK,
        CONTINUE
    }
}
