package apus.runtime.sample;

import apus.runtime.TokenLogprobs;

/**
 * A token that was drawn.
 *
 * @param token its id
 * @param logprob its log-probability as the model computed it (log_softmax of the raw row),
 *     whatever was asked for
 * @param details what the request wants to see; {@link Logprobs#NONE} if nothing
 */
public record Drawn(int token, float logprob, TokenLogprobs details) {}
