package apus.conformance;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Counts what a suite has tried and what was right, check by check, for one line at its end. Not
 * thread-safe.
 */
public final class Tally {
    private final Map<String, int[]> counts = new LinkedHashMap<>();

    /** A check begins; it counts as wrong until {@link #right}. */
    public void tried(String check) {
        counts.computeIfAbsent(check, c -> new int[2])[1]++;
    }

    /** The check that began last under this name has gone well. */
    public void right(String check) {
        counts.get(check)[0]++;
    }

    /** {@code logits 28 of 28, greedy 27 of 28}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        counts.forEach((check, count) ->
                text.append(text.isEmpty() ? "" : ", ")
                        .append(check)
                        .append(' ')
                        .append(count[0])
                        .append(" of ")
                        .append(count[1]));
        return text.isEmpty() ? "nothing was tried" : text.toString();
    }
}
