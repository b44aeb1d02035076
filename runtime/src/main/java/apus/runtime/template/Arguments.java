package apus.runtime.template;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The arguments of a call as written.
 *
 * @param names of the values in {@code named}
 * @param spread what {@code *} and {@code **} stand before, each of at most one element
 */
record Arguments(
        List<Expr> positional,
        List<String> names,
        List<Expr> named,
        List<Expr> spread,
        List<Expr> spreadNamed)
        implements Node {
    static final Arguments NONE =
            new Arguments(List.of(), List.of(), List.of(), List.of(), List.of());

    @Override
    public List<Expr> children() {
        List<Expr> children = new ArrayList<>(positional);
        children.addAll(named);
        children.addAll(spread);
        children.addAll(spreadNamed);
        return children;
    }

    Args eval(Frame frame) {
        int count = positional.size();
        if (count == 0 && names.isEmpty() && spread.isEmpty() && spreadNamed.isEmpty()) {
            return Args.NONE;
        }
        Run run = frame.run;
        run.making(count + names.size());
        Object[] values = new Object[count];
        for (int i = 0; i < count; i++) {
            values[i] = positional.get(i).eval(frame);
        }
        for (Expr expr : spread) {
            List<Object> more = Iteration.list(expr.eval(frame), run);
            values = Arrays.copyOf(values, count + more.size());
            for (int i = 0; i < more.size(); i++) {
                values[count + i] = more.get(i);
            }
        }
        if (names.isEmpty() && spreadNamed.isEmpty()) {
            return new Args(values, Map.of());
        }
        Map<String, Object> byName = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
            put(byName, names.get(i), named.get(i).eval(frame));
        }
        for (Expr expr : spreadNamed) {
            if (!(expr.eval(frame) instanceof Map<?, ?> map)) {
                throw TemplateException.failed("what stands after '**' must be a map");
            }
            run.makingItems(map.size());
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                if (!(entry.getKey() instanceof String name)) {
                    throw TemplateException.failed("names of arguments must be text");
                }
                put(byName, name, entry.getValue());
            }
        }
        return new Args(values, byName);
    }

    private static void put(Map<String, Object> byName, String name, Object value) {
        if (byName.containsKey(name)) {
            throw TemplateException.failed("two values for the argument '" + name + "'");
        }
        byName.put(name, value);
    }
}
