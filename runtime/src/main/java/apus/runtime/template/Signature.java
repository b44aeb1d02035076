package apus.runtime.template;

import java.util.Arrays;
import java.util.Map;

/** The parameters of a built-in function, filter or method. */
final class Signature {
    private final String function;
    private final int required;
    private final String[] names;

    /**
     * @param required so many of the names must be given
     */
    Signature(String function, int required, String... names) {
        this.function = function;
        this.required = required;
        this.names = names;
    }

    /**
     * @throws TemplateException if an argument is missing, unknown, or given twice
     */
    Bound bind(Args args) {
        if (args.count() > names.length) {
            throw TemplateException.failed(
                    function
                            + "() takes at most "
                            + names.length
                            + " arguments, "
                            + args.count()
                            + " were given");
        }
        Object[] values = Arrays.copyOf(args.positional(), names.length);
        Arrays.fill(values, args.count(), names.length, Undefined.MISSING);
        for (Map.Entry<String, Object> entry : args.named().entrySet()) {
            int index = Arrays.asList(names).indexOf(entry.getKey());
            if (index < 0 || index < args.count()) {
                throw TemplateException.failed(
                        function
                                + (index < 0
                                        ? "() knows no argument '"
                                        : "() got two values for argument '")
                                + entry.getKey()
                                + "'");
            }
            values[index] = entry.getValue();
        }
        for (int i = 0; i < required; i++) {
            if (values[i] == Undefined.MISSING) {
                throw TemplateException.failed(
                        function + "() needs the argument '" + names[i] + "'");
            }
        }
        return new Bound(function, names, values);
    }

    /** Arguments in the order of the parameters. */
    record Bound(String function, String[] names, Object[] values) {
        boolean has(int index) {
            return values[index] != Undefined.MISSING;
        }

        Object get(int index) {
            return values[index];
        }

        Object or(int index, Object otherwise) {
            return has(index) ? values[index] : otherwise;
        }

        boolean truth(int index, boolean otherwise) {
            return has(index) ? Truth.of(values[index]) : otherwise;
        }

        /** Text or marked text. */
        String text(int index) {
            String text = Text.textOf(values[index]);
            if (text == null) {
                throw mismatch(index, "str");
            }
            return text;
        }

        String text(int index, String otherwise) {
            return has(index) && values[index] != null ? text(index) : otherwise;
        }

        int integer(int index, int otherwise) {
            return has(index) ? integer(index) : otherwise;
        }

        /** A number clamped to int, which is enough for every width, count and index. */
        int integer(int index) {
            return Numbers.toIndex(
                    values[index], "argument '" + names[index] + "' of " + function + "()");
        }

        private TemplateException mismatch(int index, String wanted) {
            return TemplateException.failed(
                    "argument '"
                            + names[index]
                            + "' of "
                            + function
                            + "() must be "
                            + wanted
                            + ", not "
                            + Types.name(values[index]));
        }
    }
}
