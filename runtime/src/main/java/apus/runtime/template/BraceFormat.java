package apus.runtime.template;

/** {@code text.format(values)}: replacement fields in braces, with members and elements. */
final class BraceFormat {
    private final Run run;
    private final Args args;
    private final StringBuilder out = new StringBuilder();
    private int automatic;

    private BraceFormat(Args args, Run run) {
        this.args = args;
        this.run = run;
    }

    static String format(String format, Args args, Run run) {
        BraceFormat brace = new BraceFormat(args, run);
        brace.append(format, 0);
        return run.made(brace.out.toString());
    }

    private void append(String format, int level) {
        if (level > 2) {
            throw TemplateException.failed("replacement fields are nested too deep");
        }
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            boolean doubled = i + 1 < format.length() && format.charAt(i + 1) == c;
            if (c == '{' && !doubled) {
                int end = close(format, i + 1);
                field(format.substring(i + 1, end), level);
                i = end;
            } else if (c == '}' && !doubled) {
                throw TemplateException.failed("a single '}' stands in the format");
            } else {
                out.append(c);
                i += c == '{' || c == '}' ? 1 : 0;
            }
        }
    }

    /** The brace that closes the field whose text starts here. */
    private static int close(String format, int from) {
        int open = 1;
        for (int i = from; i < format.length(); i++) {
            open += format.charAt(i) == '{' ? 1 : format.charAt(i) == '}' ? -1 : 0;
            if (open == 0) {
                return i;
            }
        }
        throw TemplateException.failed("a '{' of the format is never closed");
    }

    private void field(String field, int level) {
        run.step();
        int nameEnd = 0;
        int brackets = 0;
        while (nameEnd < field.length()) {
            char c = field.charAt(nameEnd);
            brackets += c == '[' ? 1 : c == ']' ? -1 : 0;
            if (brackets == 0 && (c == '!' || c == ':')) {
                break;
            }
            nameEnd++;
        }
        Object value = value(field.substring(0, nameEnd));
        String rest = field.substring(nameEnd);
        if (rest.startsWith("!")) {
            if (rest.length() < 2 || "rs".indexOf(rest.charAt(1)) < 0) {
                throw TemplateException.failed("a conversion must be '!r' or '!s'");
            }
            value = rest.charAt(1) == 'r' ? Text.repr(value, run) : Text.of(value, run);
            rest = rest.substring(2);
        }
        String spec = rest.startsWith(":") ? rest.substring(1) : "";
        if (!rest.isEmpty() && !rest.startsWith(":")) {
            throw TemplateException.failed("':' expected after the conversion of a field");
        }
        out.append(FormatSpec.format(value, resolved(spec, level), run));
        run.growing(out);
    }

    /** A specification may hold fields itself. */
    private String resolved(String spec, int level) {
        if (spec.indexOf('{') < 0) {
            return spec;
        }
        int start = out.length();
        append(spec, level + 1);
        String text = out.substring(start);
        out.setLength(start);
        return text;
    }

    private Object value(String name) {
        int end = 0;
        while (end < name.length() && name.charAt(end) != '.' && name.charAt(end) != '[') {
            end++;
        }
        Object value = first(name.substring(0, end));
        while (end < name.length()) {
            boolean element = name.charAt(end) == '[';
            int stop = end + 1;
            while (stop < name.length()
                    && (element
                            ? name.charAt(stop) != ']'
                            : name.charAt(stop) != '.' && name.charAt(stop) != '[')) {
                stop++;
            }
            String part = name.substring(end + 1, stop);
            if (part.isEmpty() || (element && stop == name.length())) {
                throw TemplateException.failed("a replacement field has an empty or open part");
            }
            boolean index = element && part.chars().allMatch(c -> c >= '0' && c <= '9');
            value =
                    !element
                            ? Members.get(value, part)
                            : Indexing.get(value, index ? (Object) number(part) : part, run);
            end = element ? stop + 1 : stop;
        }
        return value;
    }

    private Object first(String name) {
        if (name.isEmpty() || name.chars().allMatch(c -> c >= '0' && c <= '9')) {
            long index = name.isEmpty() ? automatic++ : number(name);
            if (index >= args.count()) {
                throw TemplateException.failed("the format has no value number " + index);
            }
            return args.positional()[(int) index];
        }
        if (!args.named().containsKey(name)) {
            throw TemplateException.failed("the format has no value named '" + name + "'");
        }
        return args.named().get(name);
    }

    private static long number(String digits) {
        if (digits.length() > 9) {
            throw TemplateException.failed("a replacement field's number is too large");
        }
        return Long.parseLong(digits);
    }
}
