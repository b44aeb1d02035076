package apus.runtime.template;

/** Where a number literal ends: Python's forms, with {@code _} between digits. */
final class NumberScan {
    private NumberScan() {}

    /** The end of the literal that starts with the digit at {@code from}. */
    static int end(String s, int from) {
        if (s.charAt(from) == '0' && from + 1 < s.length()) {
            int radix = radix(s.charAt(from + 1));
            if (radix != 10) {
                int end = digits(s, from + 2, radix, true);
                if (end > from + 2) {
                    return end;
                }
            }
        }
        int end = digits(s, from, 10, false);
        // After a dot a number is an index (messages.0.1), never a fraction.
        if (from > 0 && s.charAt(from - 1) == '.') {
            return end;
        }
        int fraction = s.startsWith(".", end) ? digits(s, end + 1, 10, false) : end + 1;
        int mantissa = fraction > end + 1 ? fraction : end;
        int exponent = exponent(s, mantissa);
        if (exponent > mantissa || mantissa > end) {
            return exponent;
        }
        return s.charAt(from) == '0' ? zeros(s, from) : end;
    }

    static boolean isFloat(String s, int from, int end) {
        boolean prefixed = end > from + 1 && radix(s.charAt(from + 1)) != 10;
        if (prefixed) {
            return false;
        }
        for (int i = from; i < end; i++) {
            char c = s.charAt(i);
            if (c == '.' || c == 'e' || c == 'E') {
                return true;
            }
        }
        return false;
    }

    private static int radix(char c) {
        return switch (c) {
            case 'b', 'B' -> 2;
            case 'o', 'O' -> 8;
            case 'x', 'X' -> 16;
            default -> 10;
        };
    }

    private static int digits(String s, int from, int radix, boolean mayStartWithUnderscore) {
        int at = from;
        while (at < s.length()) {
            boolean separator =
                    s.charAt(at) == '_'
                            && (at > from || mayStartWithUnderscore)
                            && at + 1 < s.length()
                            && isDigit(s.charAt(at + 1), radix);
            if (!separator && !isDigit(s.charAt(at), radix)) {
                break;
            }
            at += separator ? 2 : 1;
        }
        return at;
    }

    private static boolean isDigit(char c, int radix) {
        return c < 128 && Character.digit(c, radix) >= 0;
    }

    private static int exponent(String s, int from) {
        if (from >= s.length() || (s.charAt(from) != 'e' && s.charAt(from) != 'E')) {
            return from;
        }
        boolean signed =
                from + 1 < s.length() && (s.charAt(from + 1) == '+' || s.charAt(from + 1) == '-');
        int start = from + (signed ? 2 : 1);
        int end = digits(s, start, 10, false);
        return end > start ? end : from;
    }

    private static int zeros(String s, int from) {
        int at = from + 1;
        while (s.startsWith("0", at) || s.startsWith("_0", at)) {
            at += s.charAt(at) == '_' ? 2 : 1;
        }
        return at;
    }
}
