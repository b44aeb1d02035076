package apus.runtime.template;

/** Strings indexed by code points, as Python does it. */
final class CodePoints {
    private CodePoints() {}

    static int length(String s) {
        return s.codePointCount(0, s.length());
    }

    /** The character at an index that may count from the end; null outside. */
    static String at(String s, int index) {
        int length = length(s);
        int i = index < 0 ? index + length : index;
        if (i < 0 || i >= length) {
            return null;
        }
        int start = length == s.length() ? i : s.offsetByCodePoints(0, i);
        return s.substring(start, start + Character.charCount(s.codePointAt(start)));
    }

    /** From one index to another, both within 0..length. */
    static String substring(String s, int from, int to) {
        if (from >= to) {
            return "";
        }
        if (length(s) == s.length()) {
            return s.substring(from, to);
        }
        int start = s.offsetByCodePoints(0, from);
        return s.substring(start, s.offsetByCodePoints(start, to - from));
    }

    /** The index in code points of an offset in UTF-16 units. */
    static int index(String s, int offset) {
        return offset < 0 ? offset : s.codePointCount(0, offset);
    }

    /** The offset in UTF-16 units of an index that may count from the end or lie outside. */
    static int offset(String s, int index) {
        int length = length(s);
        int i = Math.clamp(index < 0 ? (long) index + length : index, 0, length);
        return length == s.length() ? i : s.offsetByCodePoints(0, i);
    }
}
