package apus.runtime.template;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A macro as a value: its body together with the frame it was defined in. */
record Macro(MacroBody body, Frame outer) implements Function {
    @Override
    public Object call(Run run, Args args) {
        List<Target.Name> parameters = body.parameters();
        int count = parameters.size();
        Object[] values = Arrays.copyOf(args.positional(), count);
        Dict named = new Dict(args.named());
        boolean callerDeclared = args.count() >= count;
        for (int i = args.count(); i < count; i++) {
            String name = parameters.get(i).name();
            values[i] = named.containsKey(name) ? named.remove(name) : Undefined.MISSING;
            callerDeclared |= name.equals("caller");
        }
        Frame frame = new Frame(run, outer, body.function().size());
        if (body.callerIndex() >= 0) {
            Object caller = named.remove("caller");
            frame.set(
                    body.callerIndex(),
                    caller == null ? new Undefined("no caller defined") : caller);
        }
        assert callerDeclared || !body.readsCaller() || body.callerIndex() >= 0 : body.name();
        if (body.namedIndex() >= 0) {
            frame.set(body.namedIndex(), named);
        } else if (!named.isEmpty()) {
            throw TemplateException.failed(
                    "macro '%s' takes no argument '%s'"
                            .formatted(body.name(), named.keySet().iterator().next()));
        }
        if (body.restIndex() >= 0) {
            frame.set(body.restIndex(), Tuple.of(rest(args, count)));
        } else if (args.count() > count) {
            throw TemplateException.failed(
                    "macro '%s' takes at most %d arguments, %d were given"
                            .formatted(body.name(), count, args.count()));
        }
        return body.run(frame, values);
    }

    private static Object[] rest(Args args, int count) {
        return args.count() <= count
                ? new Object[0]
                : Arrays.copyOfRange(args.positional(), count, args.count());
    }

    Object member(String name) {
        return switch (name) {
            case "name" -> body.name();
            case "arguments" -> {
                List<Object> names = new ArrayList<>();
                body.parameters().forEach(p -> names.add(p.name()));
                yield Tuple.copyOf(names);
            }
            case "catch_kwargs" -> body.namedIndex() >= 0;
            case "catch_varargs" -> body.restIndex() >= 0;
            case "caller" -> body.readsCaller();
            default -> Undefined.member(this, name);
        };
    }

    /** By identity: a frame may hold its own macros. */
    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
