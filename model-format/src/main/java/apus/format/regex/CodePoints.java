package apus.format.regex;

import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntPredicate;

/** Sets of code points by name, as Oniguruma defines them for Unicode text. */
final class CodePoints {
    static final int COUNT = Character.MAX_CODE_POINT + 1;

    private static final Map<String, Integer> CATEGORIES = new HashMap<>();

    static {
        List<String> names =
                List.of(
                        "cn", "lu", "ll", "lt", "lm", "lo", "mn", "me", "mc", "nd", "nl", "no",
                        "zs", "zl", "zp", "cc", "cf", "--", "co", "cs", "pd", "ps", "pe", "pc",
                        "po", "sm", "sc", "sk", "so", "pi", "pf");
        // The constants of java.lang.Character count in this order; 17 is not used.
        for (int i = 0; i < names.size(); i++) {
            CATEGORIES.put(names.get(i), i);
        }
        CATEGORIES.remove("--");
    }

    // A pattern names the same few sets over and over, and each takes a walk over all of Unicode.
    private final Map<String, BitSet> known = new HashMap<>();

    /**
     * A property in braces, {@code \p{...}}; null if it is not known. Oniguruma ignores case,
     * spaces, hyphens and underscores in its name.
     */
    BitSet property(String written) {
        String name = written.toLowerCase(Locale.ROOT).replaceAll("[ _-]", "");
        BitSet set = known.get(name);
        if (set == null) {
            IntPredicate test = test(name);
            if (test == null) {
                return null;
            }
            set = where(test);
            known.put(name, set);
        }
        return (BitSet) set.clone();
    }

    private static IntPredicate test(String name) {
        Integer category = CATEGORIES.get(name);
        if (category != null) {
            return c -> Character.getType(c) == category;
        }
        if (name.length() == 1) {
            int mask = 0;
            for (Map.Entry<String, Integer> entry : CATEGORIES.entrySet()) {
                if (entry.getKey().startsWith(name)) {
                    mask |= 1 << entry.getValue();
                }
            }
            int members = mask;
            return members == 0 ? null : c -> (members >> Character.getType(c) & 1) != 0;
        }
        return switch (name) {
            case "alphabetic" -> Character::isAlphabetic;
            case "whitespace" -> CodePoints::space;
            case "uppercase" -> Character::isUpperCase;
            case "lowercase" -> Character::isLowerCase;
            default -> script(name);
        };
    }

    private static IntPredicate script(String name) {
        for (Character.UnicodeScript script : Character.UnicodeScript.values()) {
            if (script.name().replace("_", "").equalsIgnoreCase(name)) {
                return c -> Character.UnicodeScript.of(c) == script;
            }
        }
        return null;
    }

    /** {@code \s}, {@code \d} and {@code \w}. */
    BitSet shorthand(char letter) {
        return (BitSet)
                known.computeIfAbsent(
                                "\\" + letter,
                                _ ->
                                        switch (letter) {
                                            case 's' -> where(CodePoints::space);
                                            case 'd' -> where(Character::isDigit);
                                            case 'w' -> where(CodePoints::word);
                                            default -> throw new AssertionError(letter);
                                        })
                        .clone();
    }

    static BitSet where(IntPredicate test) {
        BitSet set = new BitSet(COUNT);
        for (int c = 0; c < COUNT; c++) {
            if (test.test(c)) {
                set.set(c);
            }
        }
        return set;
    }

    static BitSet complement(BitSet set) {
        BitSet others = (BitSet) set.clone();
        others.flip(0, COUNT);
        return others;
    }

    /** The property White_Space. */
    private static boolean space(int c) {
        return (c >= 0x09 && c <= 0x0D)
                || c == 0x20
                || c == 0x85
                || c == 0xA0
                || c == 0x1680
                || (c >= 0x2000 && c <= 0x200A)
                || c == 0x2028
                || c == 0x2029
                || c == 0x202F
                || c == 0x205F
                || c == 0x3000;
    }

    private static boolean word(int c) {
        // Oniguruma takes superscripts and fractions for word characters, but only in Latin-1.
        if (c <= 0xFF && Character.getType(c) == Character.OTHER_NUMBER) {
            return true;
        }
        return switch (Character.getType(c)) {
            case Character.NON_SPACING_MARK,
                    Character.ENCLOSING_MARK,
                    Character.COMBINING_SPACING_MARK,
                    Character.DECIMAL_DIGIT_NUMBER,
                    Character.CONNECTOR_PUNCTUATION ->
                    true;
            default -> Character.isAlphabetic(c);
        };
    }
}
