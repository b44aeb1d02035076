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
            set = set(name);
            if (set == null) {
                return null;
            }
            known.put(name, set);
        }
        return (BitSet) set.clone();
    }

    private static BitSet set(String name) {
        Integer category = CATEGORIES.get(name);
        if (category != null) {
            return Categories.SETS[category];
        }
        if (name.length() == 1) {
            BitSet members = new BitSet(COUNT);
            CATEGORIES.forEach((each, number) -> {
                if (each.startsWith(name)) {
                    members.or(Categories.SETS[number]);
                }
            });
            return members.isEmpty() ? null : members;
        }
        return switch (name) {
            case "alphabetic" -> where(Character::isAlphabetic);
            case "whitespace" -> space();
            case "uppercase" -> where(Character::isUpperCase);
            case "lowercase" -> where(Character::isLowerCase);
            default -> script(name);
        };
    }

    private static BitSet script(String name) {
        for (Character.UnicodeScript script : Character.UnicodeScript.values()) {
            if (script.name().replace("_", "").equalsIgnoreCase(name)) {
                return where(c -> Character.UnicodeScript.of(c) == script);
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
                                            case 's' -> space();
                                            case 'd' -> (BitSet) set("nd").clone();
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
    private static BitSet space() {
        BitSet set = new BitSet();
        set.set(0x09, 0x0D + 1);
        set.set(0x2000, 0x200A + 1);
        for (int c : new int[] {0x20, 0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000}) {
            set.set(c);
        }
        return set;
    }

    private static boolean word(int c) {
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

    /** The general categories, by their constants in {@link Character}. */
    private static final class Categories {
        static final BitSet[] SETS = new BitSet[Character.FINAL_QUOTE_PUNCTUATION + 1];

        static {
            for (int i = 0; i < SETS.length; i++) {
                SETS[i] = new BitSet();
            }
            int from = 0;
            int type = Character.getType(0);
            for (int c = 1; c <= COUNT; c++) {
                int next = c < COUNT ? Character.getType(c) : -1;
                if (next != type) {
                    SETS[type].set(from, c);
                    from = c;
                    type = next;
                }
            }
        }
    }
}
