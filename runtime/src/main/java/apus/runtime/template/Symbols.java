package apus.runtime.template;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which variable a name means in one scope. Scopes are decided before anything runs: a name that a
 * scope assigns anywhere is the scope's own from its start, with the outer value (or the caller's
 * variable) copied in when the scope reads it first or assigns it in one branch only.
 *
 * <p>Source of the rules: the behaviour of Jinja 3.1, including that {@code {% for %}} bodies and
 * macros do not leak and that a name assigned further down hides the caller's variable in loops
 * above.
 */
final class Symbols {
    /** Where the first value of a scope's own variable comes from. */
    private sealed interface Origin {}

    /** The caller's variable or a global. */
    private record Caller(String name) implements Origin {}

    private record Copy(Slot outer) implements Origin {}

    private enum Other implements Origin {
        /** A parameter, set by whoever opens the scope. */
        GIVEN,
        NOTHING
    }

    private final Symbols parent;

    /** Of a branch's view: the scope it is a branch of; else null. */
    private final Symbols trunk;

    private final FunctionScope function;
    private final Map<String, Slot> slots;
    private final Map<String, Origin> origins;
    private final Set<String> stores;

    private Symbols(
            Symbols parent, Symbols trunk, FunctionScope function, Map<String, Slot> slots) {
        this.parent = parent;
        this.trunk = trunk;
        this.function = function;
        this.slots = slots;
        this.origins = new LinkedHashMap<>();
        this.stores = new HashSet<>();
    }

    private static Symbols under(Symbols parent, FunctionScope function) {
        return new Symbols(parent, null, function, new HashMap<>());
    }

    static Symbols root() {
        return under(null, FunctionScope.root());
    }

    /** A scope in the same function: a loop's body, a block. */
    Symbols inner() {
        return under(this, function);
    }

    /** Another scope beside the first of an inner function. */
    Symbols inside(FunctionScope inner) {
        return under(this, inner);
    }

    /** A scope with a frame of its own: a macro's body. */
    Symbols innerFunction() {
        return under(this, function.inner());
    }

    FunctionScope function() {
        return function;
    }

    /** Notes that the scope reads the name. */
    void load(String name) {
        if (find(name) == null) {
            define(name, new Caller(name));
        }
    }

    /** Notes that the scope assigns the name. */
    void store(String name) {
        stores.add(name);
        if (origin(name) == null) {
            Slot outer = parent == null ? null : parent.find(name);
            define(name, outer == null ? Other.NOTHING : new Copy(outer));
        }
    }

    /** Notes that the scope is opened with a value for the name. */
    Slot parameter(String name) {
        stores.add(name);
        return define(name, Other.GIVEN);
    }

    private Slot define(String name, Origin origin) {
        origins.put(name, origin);
        return slots.computeIfAbsent(name, _ -> function.slot());
    }

    /** How the name came to be this scope's own, or null if it is not. */
    private Origin origin(String name) {
        for (Symbols s = this; s != null; s = s.trunk) {
            Origin origin = s.origins.get(name);
            if (origin != null) {
                return origin;
            }
        }
        return null;
    }

    /** The variable that the name means here, or null. */
    private Slot find(String name) {
        for (Symbols s = this; s != null; s = s.parent) {
            if (s.origin(name) != null) {
                return s.slots.get(name);
            }
        }
        return null;
    }

    /** A view of this scope for one branch of an {@code if}; {@link #merge} brings it back. */
    Symbols branch() {
        return new Symbols(parent, this, function, slots);
    }

    void merge(List<Symbols> branches) {
        Set<String> conditional = new HashSet<>();
        for (Symbols branch : branches) {
            conditional.addAll(branch.stores);
        }
        for (Symbols s = this; s != null; s = s.trunk) {
            conditional.removeAll(s.stores);
        }
        for (Symbols branch : branches) {
            origins.putAll(branch.origins);
            stores.addAll(branch.stores);
        }
        for (String name : conditional) {
            Slot outer = parent == null ? null : parent.find(name);
            origins.put(name, outer == null ? new Caller(name) : new Copy(outer));
        }
    }

    /** The variable of a name that this scope or one around it knows. */
    Variable variable(String name) {
        Slot slot = find(name);
        assert slot != null : name;
        return new Variable(function.hops(slot), slot.index());
    }

    /** The same for reading: notes when the value may be the caller's. */
    Variable read(String name) {
        for (Symbols s = this; s != null; s = s.parent) {
            Origin origin = s.origins.get(name);
            if (origin instanceof Caller) {
                function.mentioned().add(name);
            }
            if (origin != null && !(origin instanceof Copy)) {
                break;
            }
        }
        return variable(name);
    }

    /** What to do when the scope is opened: gives its own variables their first values. */
    Opening opening() {
        List<Opening.Step> steps = new ArrayList<>();
        origins.forEach((name, origin) -> {
            int index = slots.get(name).index();
            switch (origin) {
                case Caller caller -> steps.add(new Opening.FromCaller(index, caller.name()));
                case Copy copy ->
                        steps.add(
                                new Opening.FromOuter(
                                        index,
                                        new Variable(
                                                function.hops(copy.outer()),
                                                copy.outer().index())));
                case Other.NOTHING -> steps.add(new Opening.Unset(index));
                case Other.GIVEN -> {}
            }
        });
        return new Opening(steps.toArray(Opening.Step[]::new));
    }

    /** A variable as seen from one function: so many functions out, at this index. */
    record Variable(int hops, int index) {
        Object get(Frame frame) {
            return (hops == 0 ? frame : frame.out(hops)).get(index);
        }

        void set(Frame frame, Object value) {
            (hops == 0 ? frame : frame.out(hops)).set(index, value);
        }
    }

    /** The first values of a scope's variables. */
    record Opening(Step[] steps) {
        /** The first value of one variable. */
        interface Step {
            void run(Frame frame);
        }

        record FromCaller(int index, String name) implements Step {
            @Override
            public void run(Frame frame) {
                frame.set(index, frame.run.variable(name));
            }
        }

        record FromOuter(int index, Variable variable) implements Step {
            @Override
            public void run(Frame frame) {
                frame.set(index, variable.get(frame));
            }
        }

        record Unset(int index) implements Step {
            @Override
            public void run(Frame frame) {
                frame.set(index, Undefined.MISSING);
            }
        }

        void run(Frame frame) {
            for (Step step : steps) {
                step.run(frame);
            }
        }
    }
}
