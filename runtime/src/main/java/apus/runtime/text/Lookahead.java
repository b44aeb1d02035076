package apus.runtime.text;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Searches stop strings in bytes that a decoder keeps back, as if the text ended with them.
 * Decoders with byte fallback keep back even a line feed until they see the next token, since a bad
 * byte there would spoil it; but if the line feed is a stop string, no next token is needed.
 */
final class Lookahead {
    private StopChecker checker = new StopChecker(List.of());
    private int searched;
    private boolean broken;

    /** The decoder has given out text: none of the bytes counts any more. */
    void reset() {
        searched = 0;
        broken = false;
    }

    /**
     * Searches on.
     *
     * @param open bytes kept back; those searched before are still there
     * @param count how many
     * @param before the search so far in the text before them
     * @return whether a stop string is complete at the end of the bytes
     */
    boolean push(byte[] open, int count, StopChecker before) {
        if (broken || count == 0) {
            return false;
        }
        if (searched == 0) {
            checker = before.fork();
        }
        while (searched < count) {
            int part = Utf8.brokenLength(open, searched, count);
            if (part > 0) {
                // Unfinished at the end; anywhere else it will never be text.
                broken = searched + part < count;
                return false;
            }
            int length = Utf8.length(open[searched]);
            checker.push(new String(open, searched, length, StandardCharsets.UTF_8), 0);
            searched += length;
        }
        return checker.match().isPresent();
    }
}
