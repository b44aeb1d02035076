package apus.runtime.text;

import java.util.List;
import java.util.Optional;

/** The search for stop strings as its definition reads. The oracle of the tests. */
record PlainStops(List<String> strings) {
    /** What matched, and where. */
    record Match(String string, int start, int end) {}

    /**
     * @param from no match may start before it
     */
    Optional<Match> find(String text, int from) {
        for (int end = from; end <= text.length(); end++) {
            for (String string : strings) {
                int start = end - string.length();
                if (start >= from && text.startsWith(string, start)) {
                    return Optional.of(new Match(string, start, end));
                }
            }
        }
        return Optional.empty();
    }

    /** Chars at the end of a text without a match that may be the start of one. */
    int held(String text, int from) {
        int longest = 0;
        for (int start = Math.max(from, 0); start < text.length(); start++) {
            String suffix = text.substring(start);
            if (strings.stream().anyMatch(s -> s.startsWith(suffix) && !s.equals(suffix))) {
                longest = Math.max(longest, suffix.length());
            }
        }
        return longest;
    }
}
