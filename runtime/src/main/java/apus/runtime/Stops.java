package apus.runtime;

import java.util.List;

/**
 * When a choice ends, beside the model's own end-of-sequence tokens.
 *
 * @param maxTokens most tokens to generate; 0 = none, the prompt is only scored; {@link #UNLIMITED}
 *     = whatever the context leaves
 * @param minTokens until so many tokens are generated no end-of-sequence or stop token is drawn and
 *     no stop string matches
 * @param strings stop strings, searched in generated text only
 * @param includeString whether the text is cut where the match ends, not where it starts; also
 *     shows an end-of-sequence token if special tokens are shown
 * @param tokens stop tokens; their text is kept unless they are special and hidden
 * @param ignoreEos treat end-of-sequence tokens as ordinary ones
 */
public record Stops(
        int maxTokens,
        int minTokens,
        List<String> strings,
        boolean includeString,
        List<Integer> tokens,
        boolean ignoreEos) {
    /** No bound but the context. */
    public static final int UNLIMITED = -1;

    public Stops {
        strings = List.copyOf(strings);
        tokens = List.copyOf(tokens);
        if (maxTokens < UNLIMITED) {
            throw new RequestException(
                    "max_tokens", "'max_tokens' must be at least 0, got " + maxTokens + ".");
        }
        if (minTokens < 0 || (maxTokens != UNLIMITED && minTokens > maxTokens)) {
            throw new RequestException(
                    "min_tokens",
                    "'min_tokens' must be between 0 and 'max_tokens', got " + minTokens + ".");
        }
        if (strings.contains("")) {
            throw new RequestException("stop", "'stop' must not contain an empty string.");
        }
    }

    /** Everything at its default. */
    public static Stops defaults() {
        return builder().build();
    }

    /** Starts from the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Starts from these values. */
    public Builder change() {
        Builder b = new Builder();
        b.maxTokens = maxTokens;
        b.minTokens = minTokens;
        b.strings = strings;
        b.includeString = includeString;
        b.tokens = tokens;
        b.ignoreEos = ignoreEos;
        return b;
    }

    /** Ends at the model's own stop tokens or after so many. */
    public static Stops after(int maxTokens) {
        return builder().maxTokens(maxTokens).build();
    }

    /** Collects values; each method is named for the component it sets. */
    public static final class Builder {
        private int maxTokens = UNLIMITED;
        private int minTokens = 0;
        private List<String> strings = List.of();
        private boolean includeString = false;
        private List<Integer> tokens = List.of();
        private boolean ignoreEos = false;

        private Builder() {}

        public Builder maxTokens(int value) {
            maxTokens = value;
            return this;
        }

        public Builder minTokens(int value) {
            minTokens = value;
            return this;
        }

        public Builder strings(List<String> value) {
            strings = value;
            return this;
        }

        public Builder includeString(boolean value) {
            includeString = value;
            return this;
        }

        public Builder tokens(List<Integer> value) {
            tokens = value;
            return this;
        }

        public Builder ignoreEos(boolean value) {
            ignoreEos = value;
            return this;
        }

        /** Checks and freezes. */
        public Stops build() {
            return new Stops(maxTokens, minTokens, strings, includeString, tokens, ignoreEos);
        }
    }
}
