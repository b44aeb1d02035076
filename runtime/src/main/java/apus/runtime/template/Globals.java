package apus.runtime.template;

import java.math.BigInteger;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** The functions every template finds. */
final class Globals {
    private static final Signature RAISE = new Signature("raise_exception", 1, "message");
    private static final Signature NOW = new Signature("strftime_now", 1, "format");
    private static final Signature RANGE = new Signature("range", 1, "start", "stop", "step");
    private static final Signature DICT = new Signature("dict", 0, "items");
    private static final Signature NAMESPACE = new Signature("namespace", 0, "items");
    private static final Signature JOINER = new Signature("joiner", 0, "sep");

    private static final Map<String, Function> FUNCTIONS =
            Map.of(
                    "raise_exception", Globals::raise,
                    "strftime_now", Globals::now,
                    "range", Globals::range,
                    "dict", (run, args) -> dict(DICT, run, args),
                    "namespace", Globals::namespace,
                    "cycler", (_, args) -> new Cycler(args),
                    "joiner", Globals::joiner);

    private Globals() {}

    static Object find(String name) {
        Function function = FUNCTIONS.get(name);
        return function == null ? Undefined.MISSING : function;
    }

    private static Object raise(Run run, Args args) {
        throw TemplateException.raised(Text.of(RAISE.bind(args).get(0), run));
    }

    private static Object now(Run run, Args args) {
        return run.made(Strftime.format(NOW.bind(args).text(0), run.clock(), run));
    }

    private static Object range(Run run, Args args) {
        Signature.Bound bound = RANGE.bind(args);
        return bound.has(1)
                ? new Range(number(bound, 0), number(bound, 1), bound.has(2) ? number(bound, 2) : 1)
                : new Range(0, number(bound, 0), 1);
    }

    private static long number(Signature.Bound bound, int index) {
        Number n = Numbers.of(bound.get(index));
        if (n instanceof Long l) {
            return l;
        }
        if (n instanceof BigInteger) {
            throw TemplateException.limit("range() of numbers beyond 64 bits");
        }
        throw TemplateException.failed(
                "range() takes integers, not " + Types.name(bound.get(index)));
    }

    private static Dict dict(Signature signature, Run run, Args args) {
        Object items = signature.bind(new Args(args.positional(), Map.of())).or(0, Map.of());
        Dict dict = new Dict();
        if (items instanceof Map<?, ?> map) {
            run.makingItems(map.size());
            map.forEach(dict::set);
        } else {
            for (Iterator<?> pairs = Iteration.over(items, run); pairs.hasNext(); ) {
                List<Object> pair = Iteration.list(pairs.next(), run);
                if (pair.size() != 2) {
                    throw TemplateException.failed("dict() takes a map or pairs of key and value");
                }
                dict.set(pair.get(0), pair.get(1));
            }
        }
        run.makingItems(args.named().size());
        args.named().forEach(dict::set);
        return dict;
    }

    private static Object namespace(Run run, Args args) {
        Namespace namespace = new Namespace();
        dict(NAMESPACE, run, args)
                .forEach((name, value) -> {
                    if (name instanceof String s) {
                        namespace.set(s, value);
                    }
                });
        return namespace;
    }

    /** A function that gives nothing the first time and the separator from then on. */
    private static Object joiner(Run run, Args args) {
        Object separator = JOINER.bind(args).or(0, ", ");
        boolean[] used = {false};
        return (Function)
                (_, _) -> {
                    Object result = used[0] ? separator : "";
                    used[0] = true;
                    return result;
                };
    }
}
