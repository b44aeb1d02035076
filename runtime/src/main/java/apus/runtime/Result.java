package apus.runtime;

import java.util.List;

/**
 * A finished generation.
 *
 * @param choices by index
 * @param usage token counts
 * @param timings where the time went
 */
public record Result(List<Choice> choices, Usage usage, Timings timings) {
    /**
     * @param tokenIds all sampled tokens, a final EOS or stop token included
     */
    public record Choice(int index, String text, int[] tokenIds, Finish finish) {}

    /**
     * @param promptTokens counted once, whatever n
     * @param completionTokens sampled tokens of all choices, EOS and stop tokens included
     * @param cachedTokens prompt tokens whose keys were found in the prefix cache
     */
    public record Usage(int promptTokens, int completionTokens, int cachedTokens) {}

    public Result {
        choices = List.copyOf(choices);
    }
}
