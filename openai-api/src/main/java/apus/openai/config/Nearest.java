package apus.openai.config;

import java.util.Collection;
import java.util.Optional;

/** The known name that a mistyped one was probably meant to be. */
public final class Nearest {
    private Nearest() {}

    /** The candidate with the smallest edit distance, if it is near enough to be a slip. */
    public static Optional<String> of(String name, Collection<String> candidates) {
        String best = null;
        int least = Math.max(2, name.length() / 3) + 1;
        for (String candidate : candidates) {
            int distance = distance(name, candidate, least);
            if (distance < least) {
                least = distance;
                best = candidate;
            }
        }
        return Optional.ofNullable(best);
    }

    /** Levenshtein distance, or {@code enough} if it is at least that. */
    static int distance(String a, String b, int enough) {
        if (Math.abs(a.length() - b.length()) >= enough) {
            return enough;
        }
        int[] row = new int[b.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return Math.min(row[b.length()], enough);
    }
}
