package apus.runtime.template;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;

/** When a value counts as true. */
final class Truth {
    private Truth() {}

    static boolean of(Object value) {
        return switch (value) {
            case null -> false;
            case Boolean b -> b;
            case String s -> !s.isEmpty();
            case Markup m -> !m.text().isEmpty();
            case Map<?, ?> m -> !m.isEmpty();
            case List<?> l -> !l.isEmpty();
            case Long n -> n != 0;
            case Integer n -> n != 0;
            case BigInteger n -> n.signum() != 0;
            case Number n -> n.doubleValue() != 0;
            case DictView v -> !v.map().isEmpty();
            case Undefined _ -> false;
            default -> true;
        };
    }
}
