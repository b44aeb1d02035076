/**
 * From a row of logits to a token: masks, bias and penalties ({@link
 * apus.runtime.sample.LogitPipeline}), temperature, filters and the draw ({@link
 * apus.runtime.sample.Sampler}), log-probabilities ({@link apus.runtime.sample.Logprobs}). Knows
 * vocabularies as numbers only: no text, no batches, no schedule.
 *
 * <p>A token is a pure function of its row of logits, the request's settings, the tokens before it
 * and its number in the choice's {@link apus.runtime.sample.RandomStream}. Sums run in a fixed
 * order and exponentials in the class's own arithmetic, so the same row gives the same token on
 * every machine. Everything runs on the engine thread; nothing is shared or locked.
 *
 * <p>Start with {@link apus.runtime.sample.Sampler#sample}.
 */
package apus.runtime.sample;
