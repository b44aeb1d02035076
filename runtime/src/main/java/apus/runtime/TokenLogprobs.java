package apus.runtime;

/**
 * A token with its log-probability and the best alternatives at its place.
 *
 * @param id the token that stands here
 * @param logprob its natural-log probability; negative infinity is possible
 * @param rank 1 for the likeliest token of the vocabulary
 * @param topIds the likeliest tokens, best first, lower ids first on ties; not copied
 * @param topLogprobs their log-probabilities; not copied
 */
public record TokenLogprobs(int id, float logprob, int rank, int[] topIds, float[] topLogprobs) {}
