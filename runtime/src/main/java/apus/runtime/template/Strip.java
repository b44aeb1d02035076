package apus.runtime.template;

import java.util.BitSet;
import java.util.function.IntPredicate;

/** Taking characters off the ends of text. */
final class Strip {
    /**
     * A longer list of characters is searched by set, since both texts may be as long as they like.
     */
    private static final int SHORT = 16;

    private Strip() {}

    /**
     * @param characters what goes, in any order; null for white space
     */
    static String both(String s, String characters) {
        IntPredicate goes = goes(characters);
        return right(left(s, goes), goes);
    }

    static String left(String s, String characters) {
        return left(s, goes(characters));
    }

    static String right(String s, String characters) {
        return right(s, goes(characters));
    }

    private static String left(String s, IntPredicate goes) {
        int start = 0;
        while (start < s.length()) {
            int c = s.codePointAt(start);
            if (!goes.test(c)) {
                break;
            }
            start += Character.charCount(c);
        }
        return s.substring(start);
    }

    private static String right(String s, IntPredicate goes) {
        int end = s.length();
        while (end > 0) {
            int c = s.codePointBefore(end);
            if (!goes.test(c)) {
                break;
            }
            end -= Character.charCount(c);
        }
        return s.substring(0, end);
    }

    private static IntPredicate goes(String characters) {
        if (characters == null) {
            return Chars::isSpace;
        }
        if (characters.length() <= SHORT) {
            return c -> characters.indexOf(c) >= 0;
        }
        BitSet set = new BitSet();
        characters.codePoints().forEach(set::set);
        return set::get;
    }
}
