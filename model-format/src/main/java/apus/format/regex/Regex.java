package apus.format.regex;

import apus.format.Json;
import apus.format.UnsupportedModelException;

/**
 * A regular expression of Oniguruma's syntax that finds what Oniguruma finds: the leftmost match,
 * and of those that begin there the one that backtracking comes upon first. Immutable and
 * thread-safe.
 *
 * <p>One attempt takes time in proportion to the characters looked at. A hostile pattern can still
 * make a search look at the same characters over and over ({@code a*b} on a text of {@code a}), so
 * a {@link Search} is bounded as a whole.
 */
public final class Regex {
    private static final int MAX_LENGTH = 10_000;
    private static final int STEPS_PER_CHARACTER = 64;
    private static final int SPARE_STEPS = 1 << 16;

    private final String where;
    private final CharacterClasses classes;
    private final int[] table;
    private final int columns;

    private Regex(String where, Node node) {
        this.where = where;
        Program program = new Program(node);
        classes = new CharacterClasses(program.sets());
        Automaton automaton = new Automaton(program, classes.setsByClass());
        table = automaton.table();
        columns = automaton.columns();
        for (int k = 0; k < columns; k++) {
            if ((table[Automaton.START * columns + k] & 1) != 0) {
                throw new Parser.Refused("a match of nothing");
            }
        }
    }

    /**
     * Reads a pattern.
     *
     * @param where the part of the file that holds it, for messages
     * @throws UnsupportedModelException if it uses what is not supported, would need too large an
     *     automaton, or can match nothing at all
     */
    public static Regex compile(String where, String pattern) {
        if (pattern.length() > MAX_LENGTH) {
            throw refused(where, pattern, "more than " + MAX_LENGTH + " characters");
        }
        try {
            return new Regex(
                    where + ": the pattern " + Json.shorten(pattern), Parser.parse(pattern));
        } catch (Parser.Refused e) {
            throw refused(where, pattern, e.getMessage());
        }
    }

    /** A pattern that matches a text, which must not be empty, as it stands. */
    public static Regex literal(String where, String text) {
        try {
            return new Regex(where + ": the text " + Json.shorten(text), Parser.literal(text));
        } catch (Parser.Refused e) {
            throw refused(where, text, e.getMessage());
        }
    }

    private static UnsupportedModelException refused(String where, String pattern, String why) {
        return new UnsupportedModelException(
                where + ": the pattern " + Json.shorten(pattern) + " is not supported: " + why);
    }

    /**
     * The matches in a text from {@code from} to {@code to}, where the text ends for the pattern.
     * The text must be well-formed UTF-16 there.
     */
    public Search search(String text, int from, int to) {
        return new Search(text, from, to);
    }

    /** The text with each match replaced. */
    public String replaceAll(String text, String replacement) {
        Search search = search(text, 0, text.length());
        StringBuilder out = null;
        int done = 0;
        while (search.find()) {
            if (out == null) {
                out = new StringBuilder(text.length() + 16);
            }
            out.append(text, done, search.start()).append(replacement);
            done = search.end();
        }
        return out == null ? text : out.append(text, done, text.length()).toString();
    }

    /** Goes from match to match, which do not overlap. Not thread-safe. */
    public final class Search {
        private final String text;
        private final int to;
        private int start;
        private int end;
        private long steps;

        private Search(String text, int from, int to) {
            this.text = text;
            this.to = to;
            end = from;
            steps = SPARE_STEPS + (long) STEPS_PER_CHARACTER * (to - from);
        }

        /**
         * @return whether there is a further match
         * @throws UnsupportedModelException if the pattern looks at the text too often
         */
        public boolean find() {
            for (int at = end; at < to; at++) {
                int found = match(at);
                if (found > 0) {
                    start = at;
                    end = found;
                    return true;
                }
                if (Character.isHighSurrogate(text.charAt(at))) {
                    at++;
                }
            }
            return false;
        }

        /** Where the match begins. */
        public int start() {
            return start;
        }

        /** After its last character. */
        public int end() {
            return end;
        }

        private int match(int from) {
            int state = Automaton.START;
            int found = 0;
            int at = from;
            while (true) {
                int column;
                int next = at + 1;
                if (at >= to) {
                    column = columns - 1;
                } else {
                    int c = text.charAt(at);
                    if (Character.isHighSurrogate((char) c) && next < to) {
                        c = Character.toCodePoint((char) c, text.charAt(next++));
                    }
                    column = classes.of(c);
                }
                int step = table[state * columns + column];
                if ((step & 1) != 0) {
                    found = at;
                }
                state = step >>> 1;
                if (state == Automaton.DEAD) {
                    break;
                }
                at = next;
            }
            steps -= at - from + 1;
            if (steps < 0) {
                throw new UnsupportedModelException(
                        where + " looks at a text more than " + STEPS_PER_CHARACTER + " times");
            }
            return found;
        }
    }
}
