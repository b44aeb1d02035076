package apus.format.token;

import java.text.Normalizer;
import java.text.Normalizer.Form;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Unicode's canonical ordering in time in proportion. Java's normalizer puts each combining mark in
 * its place by going back over those before it, which takes a minute for a hundred thousand of
 * them; here they are counted. Java tells no combining classes, but it tells which of two marks it
 * puts first.
 */
final class CombiningOrder {
    private static final int LONG_RUN = 64;

    /** The rank of each character whose combining class is not 0, from 1. */
    private static final Map<Integer, Integer> RANKS = new HashMap<>();

    private static final int MAX_RANK;

    static {
        List<Integer> marks = new ArrayList<>();
        for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
            // No combining class is 0 and none is beyond these two, of class 1 and 240.
            if (mark(c) && (swaps(0x345, c) || swaps(c, 0x334))) {
                marks.add(c);
            }
        }
        marks.sort((a, b) -> swaps(a, b) ? 1 : swaps(b, a) ? -1 : 0);
        int rank = 0;
        int before = -1;
        for (int c : marks) {
            if (before < 0 || swaps(c, before)) {
                rank++;
                before = c;
            }
            RANKS.put(c, rank);
        }
        MAX_RANK = rank;
    }

    private CombiningOrder() {}

    private static boolean mark(int c) {
        return switch (Character.getType(c)) {
            case Character.NON_SPACING_MARK,
                    Character.ENCLOSING_MARK,
                    Character.COMBINING_SPACING_MARK ->
                    true;
            default -> false;
        };
    }

    private static boolean swaps(int first, int second) {
        String pair = Character.toString(first) + Character.toString(second);
        return Normalizer.normalize(pair, Form.NFD)
                .equals(Character.toString(second) + Character.toString(first));
    }

    /** Whether a text has so many marks in a row that {@link #decomposed} should come first. */
    static boolean needed(String text) {
        int run = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            // Marks beyond the basic plane are taken for granted.
            boolean marks = c >= 0x300 && (Character.isSurrogate(c) || mark(c));
            run = marks ? run + 1 : 0;
            if (run > LONG_RUN) {
                return true;
            }
        }
        return false;
    }

    /**
     * @param form NFD or NFKD
     */
    static String decomposed(String text, Form form) {
        StringBuilder out = new StringBuilder(text.length() + 16);
        IntList run = new IntList(16);
        text.codePoints()
                .forEach(c ->
                        Normalizer.normalize(Character.toString(c), form)
                                .codePoints()
                                .forEach(part -> {
                                    if (RANKS.containsKey(part)) {
                                        run.add(part);
                                    } else {
                                        flush(run, out);
                                        out.appendCodePoint(part);
                                    }
                                }));
        flush(run, out);
        return out.toString();
    }

    /** Counting sort, which leaves marks of one rank in their order. */
    private static void flush(IntList run, StringBuilder out) {
        int[] marks = run.toArray();
        run.clear();
        if (marks.length < 2) {
            for (int mark : marks) {
                out.appendCodePoint(mark);
            }
            return;
        }
        int[] places = new int[MAX_RANK + 2];
        for (int mark : marks) {
            places[RANKS.get(mark) + 1]++;
        }
        for (int rank = 1; rank < places.length; rank++) {
            places[rank] += places[rank - 1];
        }
        int[] sorted = new int[marks.length];
        for (int mark : marks) {
            sorted[places[RANKS.get(mark)]++] = mark;
        }
        for (int mark : sorted) {
            out.appendCodePoint(mark);
        }
    }
}
