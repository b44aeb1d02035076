package apus.runtime.template;

import java.util.List;
import java.util.Map;

/** {@code value.name}: the methods and members that templates may see, and a map's keys. */
final class Members {
    private Members() {}

    /** A method or member wins over a key of the same name, as the reference has it. */
    static Object get(Object owner, String name) {
        if (owner instanceof Map<?, ?> map) {
            if (DictMethods.isMember(name)) {
                return attribute(owner, name);
            }
            Object value = Dict.find(map, name, Undefined.MISSING);
            return value == Undefined.MISSING ? Undefined.member(owner, name) : value;
        }
        return attribute(owner, name);
    }

    /** A method or member; undefined if there is none or it is not to be seen. */
    static Object attribute(Object owner, String name) {
        if (owner instanceof Undefined u) {
            throw u.failure();
        }
        if (name.startsWith("_")) {
            return Undefined.member(owner, name);
        }
        Method method = method(owner, name);
        if (method != null) {
            return new BoundMethod(owner, method);
        }
        return switch (owner) {
            case Tuple tuple -> tuple.member(name);
            case Namespace ns -> ns.get(name);
            case Loop loop -> loop.member(name);
            case Cycler cycler -> cycler.member(name);
            case Macro macro -> macro.member(name);
            case null, default -> Undefined.member(owner, name);
        };
    }

    /** The method of that name, or null. */
    static Method method(Object owner, String name) {
        return switch (owner) {
            case String _, Markup _ -> StringMethods.find(name);
            case Map<?, ?> _ -> DictMethods.find(name);
            case List<?> _ -> ListMethods.find(name, owner);
            case null, default -> null;
        };
    }
}
