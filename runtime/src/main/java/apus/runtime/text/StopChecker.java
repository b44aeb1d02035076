package apus.runtime.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/**
 * Searches stop strings in text that arrives in pieces. The match that is complete first wins; of
 * several that end together, the first in the list. Until then it tells how much of the text's end
 * may still become one: the longest suffix that is a proper prefix of some stop string. Time is
 * linear in the text for each string (Knuth, Morris and Pratt, "Fast pattern matching in strings",
 * 1977). Not thread-safe.
 *
 * <p>Positions count UTF-16 chars from the start of the text; pieces do not split characters.
 */
public final class StopChecker {
    private final List<Pattern> patterns;
    private int position;
    private int match = -1;
    private int matchStart;

    /**
     * @param strings none is empty
     */
    public StopChecker(List<String> strings) {
        patterns = new ArrayList<>(strings.size());
        for (int i = 0; i < strings.size(); i++) {
            String string = strings.get(i);
            // Decoded text is well-formed UTF-16, so half a surrogate pair can never be found in it
            // - but could be in the middle of a character, if it were searched.
            if (wellFormed(string)) {
                patterns.add(new Pattern(string, i));
            }
        }
    }

    private StopChecker(StopChecker other) {
        patterns = new ArrayList<>(other.patterns.size());
        for (Pattern pattern : other.patterns) {
            patterns.add(new Pattern(pattern));
        }
        position = other.position;
        match = other.match;
        matchStart = other.matchStart;
    }

    /** A copy that goes its own way from here on. */
    public StopChecker fork() {
        return new StopChecker(this);
    }

    /**
     * Searches on. Stops at a match; what follows it is not looked at, now or later.
     *
     * @param piece the next part of the text
     * @param from chars at its start that no match may hold
     * @return whether there is a match
     */
    public boolean push(CharSequence piece, int from) {
        int length = piece.length();
        if (from > 0 && match < 0) {
            int skipped = Math.min(from, length);
            position += skipped;
            for (Pattern pattern : patterns) {
                pattern.matched = 0;
            }
        }
        for (int i = Math.max(from, 0); i < length && match < 0; i++) {
            position++;
            char c = piece.charAt(i);
            for (Pattern pattern : patterns) {
                if (pattern.step(c) && match < 0) {
                    match = pattern.index;
                    matchStart = position - pattern.string.length();
                }
            }
        }
        return match >= 0;
    }

    /** Number of the stop string that matched. */
    public OptionalInt match() {
        return match < 0 ? OptionalInt.empty() : OptionalInt.of(match);
    }

    /** Where the match starts, once there is one. */
    public int matchStart() {
        return matchStart;
    }

    /** Where the match ends, once there is one. */
    public int matchEnd() {
        return position;
    }

    /** Chars at the end of the text that may be the start of a match; 0 once there is one. */
    public int held() {
        if (match >= 0) {
            return 0;
        }
        int held = 0;
        for (Pattern pattern : patterns) {
            held = Math.max(held, pattern.matched);
        }
        return held;
    }

    private static boolean wellFormed(String text) {
        return text.codePoints().noneMatch(c -> c <= 0xFFFF && Character.isSurrogate((char) c));
    }

    private static final class Pattern {
        private final String string;
        private final int index;

        /** The text so far ends with so many chars of the start of the string. */
        private int matched;

        /**
         * borders[i]: length of the longest proper border of the string's first i + 1 chars.
         * Computed as far as the search has come: a long string costs nothing until it nearly
         * matches.
         */
        private int[] borders = new int[8];

        private int known = 1;

        Pattern(String string, int index) {
            this.string = string;
            this.index = index;
        }

        Pattern(Pattern other) {
            string = other.string;
            index = other.index;
            matched = other.matched;
            borders = other.borders.clone();
            known = other.known;
        }

        /** Whether the string is complete with this char. */
        boolean step(char c) {
            matched = extend(matched, c);
            return matched == string.length();
        }

        /** Length of the longest prefix of the string that ends (prefix of this length) + c. */
        private int extend(int length, char c) {
            int n = length;
            while (n > 0 && string.charAt(n) != c) {
                n = border(n);
            }
            return string.charAt(n) == c ? n + 1 : 0;
        }

        private int border(int length) {
            while (known < length) {
                int n = extend(borders[known - 1], string.charAt(known));
                if (known == borders.length) {
                    borders = Arrays.copyOf(borders, 2 * known);
                }
                borders[known++] = n;
            }
            return borders[length - 1];
        }
    }
}
