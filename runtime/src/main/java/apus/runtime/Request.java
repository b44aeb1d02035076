package apus.runtime;

/**
 * One prompt to continue, n times.
 *
 * @param prompt token ids, at least one; not copied, the caller leaves it alone
 * @param n choices, each with its own random stream
 * @param sampling how tokens are drawn
 * @param stops when a choice ends
 * @param skipSpecialTokens whether special tokens are left out of the text
 * @param cacheSalt keeps prefix-cache entries of tenants apart; empty = shared
 */
public record Request(
        int[] prompt,
        int n,
        Sampling sampling,
        Stops stops,
        boolean skipSpecialTokens,
        String cacheSalt) {
    public Request {
        if (prompt.length == 0) {
            throw new RequestException("prompt", "'prompt' must hold at least one token.");
        }
        if (n < 1) {
            throw new RequestException("n", "'n' must be at least 1, got " + n + ".");
        }
    }

    /** One choice, special tokens hidden. */
    public static Request of(int[] prompt, Sampling sampling, Stops stops) {
        return new Request(prompt, 1, sampling, stops, true, "");
    }
}
