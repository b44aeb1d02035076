package apus.runtime.template;

import java.util.List;

/** A node of a template's tree. */
interface Node {
    /** In the order of evaluation. */
    List<? extends Node> children();

    /** Notes the variables that this node reads and assigns in the scope it stands in. */
    default void declare(Symbols symbols) {
        for (Node child : children()) {
            child.declare(symbols);
        }
    }

    /** Binds names to variables, after all of the scope is declared; opens inner scopes. */
    default void link(Symbols symbols) {
        for (Node child : children()) {
            child.link(symbols);
        }
    }
}
