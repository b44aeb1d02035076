package apus.bench;

/**
 * Medians over the repetitions.
 *
 * @param prefillTokensPerSecond prompt tokens of all requests over the time until the last of them
 *     has its first token
 * @param decodeTokensPerSecond tokens of all requests, while all are generating
 * @param firstTokenMillis from submit until the first token; with several requests their median
 * @param meanContext tokens in the cache of one sequence, on average over the decode measurement
 */
record Speed(
        double prefillTokensPerSecond,
        double decodeTokensPerSecond,
        double firstTokenMillis,
        double meanContext) {}
