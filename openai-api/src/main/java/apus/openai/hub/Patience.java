package apus.openai.hub;

import java.time.Duration;

/**
 * How long to try.
 *
 * @param attempts failures in a row, without progress between them, that end it
 * @param firstWait before the second attempt; doubles from there
 * @param longestWait of one's own choosing
 * @param longestAsked the longest Retry-After that is honoured; more is an error
 * @param connect for a connection to be made
 * @param silence without a byte, after which an answer counts as cut off
 */
public record Patience(
        int attempts,
        Duration firstWait,
        Duration longestWait,
        Duration longestAsked,
        Duration connect,
        Duration silence) {

    /** For a person who waits at a terminal. */
    public static final Patience DEFAULT =
            new Patience(
                    5,
                    Duration.ofMillis(500),
                    Duration.ofSeconds(8),
                    Duration.ofMinutes(2),
                    Duration.ofSeconds(15),
                    Duration.ofSeconds(60));

    /** Before the next attempt, without the part that is left to chance. */
    Duration wait(int failures) {
        Duration doubled = firstWait.multipliedBy(1L << Math.min(failures - 1, 20));
        return doubled.compareTo(longestWait) < 0 ? doubled : longestWait;
    }
}
