package apus.runtime.template;

import java.util.HashSet;
import java.util.Set;

/** Counts the variables of one function while a template is compiled. */
final class FunctionScope {
    private final FunctionScope outer;
    private final Set<String> mentioned;
    private int size;

    private FunctionScope(FunctionScope outer, Set<String> mentioned) {
        this.outer = outer;
        this.mentioned = mentioned;
    }

    static FunctionScope root() {
        return new FunctionScope(null, new HashSet<>());
    }

    FunctionScope inner() {
        return new FunctionScope(this, mentioned);
    }

    Slot slot() {
        return new Slot(this, size++);
    }

    int size() {
        return size;
    }

    /** How many functions out the owner of a slot is. */
    int hops(Slot slot) {
        int hops = 0;
        for (FunctionScope scope = this; scope != slot.function(); scope = scope.outer) {
            hops++;
        }
        return hops;
    }

    /** Names that some function of the template may take from the caller's variables. */
    Set<String> mentioned() {
        return mentioned;
    }
}
