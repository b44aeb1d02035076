package apus.runtime;

import java.util.List;

/**
 * When a choice ends, beside the model's own end-of-sequence tokens.
 *
 * @param maxTokens most tokens to generate, at least 1; 0 = whatever the context leaves
 * @param strings stop strings, searched in generated text only; the text is cut where a match
 *     starts
 * @param tokens stop tokens; their text is kept unless they are special
 * @param ignoreEos treat end-of-sequence tokens as ordinary ones
 */
public record Stops(int maxTokens, List<String> strings, List<Integer> tokens, boolean ignoreEos) {
    public Stops {
        strings = List.copyOf(strings);
        tokens = List.copyOf(tokens);
        if (maxTokens < 0) {
            throw new RequestException(
                    "max_tokens", "'max_tokens' must be at least 1, got " + maxTokens + ".");
        }
        if (strings.contains("")) {
            throw new RequestException("stop", "'stop' must not contain an empty string.");
        }
    }

    /** Ends at the model's own stop tokens or after so many. */
    public static Stops after(int maxTokens) {
        return new Stops(maxTokens, List.of(), List.of(), false);
    }
}
