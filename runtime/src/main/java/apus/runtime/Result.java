package apus.runtime;

import java.util.List;

/**
 * A finished generation.
 *
 * @param choices by index
 * @param promptLogprobs of the prompt's tokens from the second on; empty if not asked for
 * @param usage token counts
 * @param timings where the time went
 */
public record Result(
        List<Choice> choices, List<TokenLogprobs> promptLogprobs, Usage usage, Timings timings) {
    /**
     * @param tokenIds all sampled tokens, a final EOS or stop token included
     * @param logprobs as in {@link Chunk}
     */
    public record Choice(
            int index, String text, int[] tokenIds, List<TokenLogprobs> logprobs, Finish finish) {
        public Choice {
            logprobs = List.copyOf(logprobs);
        }
    }

    /**
     * @param promptTokens counted once, whatever n
     * @param completionTokens sampled tokens of all candidates, EOS and stop tokens included
     * @param cachedTokens prompt tokens whose keys were found in the prefix cache
     */
    public record Usage(int promptTokens, int completionTokens, int cachedTokens) {}

    public Result {
        choices = List.copyOf(choices);
        promptLogprobs = List.copyOf(promptLogprobs);
    }
}
