package apus.runtime.template;

/** A node with a value. */
interface Expr extends Node {
    Object eval(Frame frame);
}
