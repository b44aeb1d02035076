package apus.runtime;

/**
 * One prompt to continue.
 *
 * @param prompt token ids, at least one; not copied, the caller leaves it alone
 * @param search how many choices and how they are found
 * @param sampling how tokens are drawn
 * @param stops when a choice ends
 * @param skipSpecialTokens whether special tokens are left out of the text
 * @param logprobs which log-probabilities to report
 * @param cacheSalt keeps prefix-cache entries of tenants apart; empty = shared
 */
public record Request(
        int[] prompt,
        Search search,
        Sampling sampling,
        Stops stops,
        boolean skipSpecialTokens,
        LogprobOptions logprobs,
        String cacheSalt) {
    public Request {
        if (prompt.length == 0) {
            throw new RequestException("prompt", "'prompt' must hold at least one token.");
        }
    }

    /** One choice, special tokens hidden, no log-probabilities. */
    public static Request of(int[] prompt, Sampling sampling, Stops stops) {
        return new Request(prompt, Search.SINGLE, sampling, stops, true, LogprobOptions.NONE, "");
    }

    /** The same with another search. */
    public Request with(Search other) {
        return new Request(prompt, other, sampling, stops, skipSpecialTokens, logprobs, cacheSalt);
    }

    /** The same with other ends. */
    public Request with(Stops other) {
        return new Request(prompt, search, sampling, other, skipSpecialTokens, logprobs, cacheSalt);
    }

    /** The same with log-probabilities. */
    public Request with(LogprobOptions other) {
        return new Request(prompt, search, sampling, stops, skipSpecialTokens, other, cacheSalt);
    }

    /** The same with special tokens shown or hidden. */
    public Request withSkipSpecialTokens(boolean skip) {
        return new Request(prompt, search, sampling, stops, skip, logprobs, cacheSalt);
    }
}
