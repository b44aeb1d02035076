package apus.runtime;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * How the next token is drawn. Applied in this order: allowed tokens, bad words, minimum length
 * (see {@link Stops}), bias, repetition, frequency and presence penalty; then temperature, min_p,
 * top_k, top_p and one draw with the choice's own random stream.
 *
 * @param temperature 0 to 2; below 1e-5 greedy (lowest id on ties; top_k, top_p and min_p play no
 *     part)
 * @param topP 0 &lt; p &lt;= 1; 1 = off
 * @param topK at least 1; 0 = off
 * @param minP 0 to 1; 0 = off
 * @param presencePenalty -2 to 2, generated tokens only
 * @param frequencyPenalty -2 to 2, generated tokens only
 * @param repetitionPenalty more than 0, prompt and generated tokens; 1 = off
 * @param logitBias added to the logits of these token ids
 * @param allowedTokens only these token ids may be drawn; empty = all
 * @param badWords token sequences whose last token is never drawn after the others; no sequence is
 *     empty
 * @param seed the random stream; without one each request draws fresh entropy
 */
public record Sampling(
        double temperature,
        double topP,
        int topK,
        double minP,
        double presencePenalty,
        double frequencyPenalty,
        double repetitionPenalty,
        Map<Integer, Float> logitBias,
        List<Integer> allowedTokens,
        List<List<Integer>> badWords,
        OptionalLong seed) {
    public Sampling {
        check(temperature >= 0 && temperature <= 2, "temperature", "between 0 and 2", temperature);
        check(topP > 0 && topP <= 1, "top_p", "greater than 0 and at most 1", topP);
        check(topK >= 0, "top_k", "-1, 0 or at least 1", topK);
        check(minP >= 0 && minP <= 1, "min_p", "between 0 and 1", minP);
        check(
                Math.abs(presencePenalty) <= 2,
                "presence_penalty",
                "between -2 and 2",
                presencePenalty);
        check(
                Math.abs(frequencyPenalty) <= 2,
                "frequency_penalty",
                "between -2 and 2",
                frequencyPenalty);
        check(
                repetitionPenalty > 0 && Double.isFinite(repetitionPenalty),
                "repetition_penalty",
                "greater than 0 and finite",
                repetitionPenalty);
        logitBias = Map.copyOf(logitBias);
        allowedTokens = List.copyOf(allowedTokens);
        badWords = badWords.stream().map(List::copyOf).toList();
        if (badWords.stream().anyMatch(List::isEmpty)) {
            throw new RequestException("bad_words", "'bad_words' must not hold an empty word.");
        }
    }

    /** Everything at its default. */
    public static Sampling defaults() {
        return builder().build();
    }

    /** Starts from the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Starts from these values. */
    public Builder change() {
        Builder b = new Builder();
        b.temperature = temperature;
        b.topP = topP;
        b.topK = topK;
        b.minP = minP;
        b.presencePenalty = presencePenalty;
        b.frequencyPenalty = frequencyPenalty;
        b.repetitionPenalty = repetitionPenalty;
        b.logitBias = logitBias;
        b.allowedTokens = allowedTokens;
        b.badWords = badWords;
        b.seed = seed;
        return b;
    }

    /** Temperature 0. */
    public static final Sampling GREEDY = builder().temperature(0).build();

    /** Whether tokens are not drawn but the best one taken. */
    public boolean greedy() {
        return temperature < 1e-5;
    }

    /** The same with another temperature. */
    public Sampling withTemperature(double value) {
        return change().temperature(value).build();
    }

    /** The same with a fixed random stream. */
    public Sampling withSeed(long value) {
        return change().seed(OptionalLong.of(value)).build();
    }

    private static void check(boolean ok, String param, String rule, Number got) {
        if (!ok) {
            throw new RequestException(
                    param, "'" + param + "' must be " + rule + ", got " + got + ".");
        }
    }

    /** Collects values; each method is named for the component it sets. */
    public static final class Builder {
        private double temperature = 1;
        private double topP = 1;
        private int topK = 0;
        private double minP = 0;
        private double presencePenalty = 0;
        private double frequencyPenalty = 0;
        private double repetitionPenalty = 1;
        private Map<Integer, Float> logitBias = Map.of();
        private List<Integer> allowedTokens = List.of();
        private List<List<Integer>> badWords = List.of();
        private OptionalLong seed = OptionalLong.empty();

        private Builder() {}

        public Builder temperature(double value) {
            temperature = value;
            return this;
        }

        public Builder topP(double value) {
            topP = value;
            return this;
        }

        public Builder topK(int value) {
            topK = value;
            return this;
        }

        public Builder minP(double value) {
            minP = value;
            return this;
        }

        public Builder presencePenalty(double value) {
            presencePenalty = value;
            return this;
        }

        public Builder frequencyPenalty(double value) {
            frequencyPenalty = value;
            return this;
        }

        public Builder repetitionPenalty(double value) {
            repetitionPenalty = value;
            return this;
        }

        public Builder logitBias(Map<Integer, Float> value) {
            logitBias = value;
            return this;
        }

        public Builder allowedTokens(List<Integer> value) {
            allowedTokens = value;
            return this;
        }

        public Builder badWords(List<List<Integer>> value) {
            badWords = value;
            return this;
        }

        public Builder seed(OptionalLong value) {
            seed = value;
            return this;
        }

        /** Checks and freezes. */
        public Sampling build() {
            return new Sampling(
                    temperature,
                    topP,
                    topK,
                    minP,
                    presencePenalty,
                    frequencyPenalty,
                    repetitionPenalty,
                    logitBias,
                    allowedTokens,
                    badWords,
                    seed);
        }
    }
}
