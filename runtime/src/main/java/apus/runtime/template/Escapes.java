package apus.runtime.template;

/** The escapes of string literals, which are Python's. */
final class Escapes {
    private Escapes() {}

    static String resolve(String body, int line) {
        if (body.indexOf('\\') < 0) {
            return body;
        }
        StringBuilder out = new StringBuilder(body.length());
        int i = 0;
        while (i < body.length()) {
            char c = body.charAt(i);
            if (c != '\\') {
                out.append(c);
                i++;
                continue;
            }
            char kind = body.charAt(i + 1);
            int simple = "\\'\"abfnrtv".indexOf(kind);
            if (simple >= 0) {
                out.append("\\'\"\007\b\f\n\r\t\013".charAt(simple));
                i += 2;
            } else if (kind == '\n') {
                i += 2;
            } else if (kind >= '0' && kind <= '7') {
                int end = i + 1;
                while (end < body.length()
                        && end < i + 4
                        && body.charAt(end) >= '0'
                        && body.charAt(end) <= '7') {
                    end++;
                }
                out.appendCodePoint(Integer.parseInt(body, i + 1, end, 8));
                i = end;
            } else if (kind == 'x' || kind == 'u' || kind == 'U') {
                int digits = kind == 'x' ? 2 : kind == 'u' ? 4 : 8;
                out.appendCodePoint(hex(body, i + 2, digits, line));
                i += 2 + digits;
            } else if (kind == 'N') {
                int end = body.indexOf('}', i);
                if (!body.startsWith("{", i + 2) || end < 0) {
                    throw TemplateException.syntax(line, "'\\N' needs a character name in braces");
                }
                out.appendCodePoint(named(body.substring(i + 3, end), line));
                i = end + 1;
            } else {
                out.append('\\');
                i++;
            }
        }
        return out.toString();
    }

    private static int hex(String s, int from, int digits, int line) {
        int value = 0;
        for (int i = from; i < from + digits; i++) {
            int digit = i < s.length() ? Character.digit(s.charAt(i), 16) : -1;
            if (digit < 0) {
                throw TemplateException.syntax(
                        line, "an escape in a string needs " + digits + " hexadecimal digits");
            }
            value = value * 16 + digit;
        }
        if (!Character.isValidCodePoint(value)) {
            throw TemplateException.syntax(line, "an escape in a string names no character");
        }
        return value;
    }

    private static int named(String name, int line) {
        try {
            return Character.codePointOf(name);
        } catch (IllegalArgumentException _) {
            throw TemplateException.syntax(line, "there is no character named '" + name + "'");
        }
    }
}
