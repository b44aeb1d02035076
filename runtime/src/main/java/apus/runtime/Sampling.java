package apus.runtime;

import java.util.OptionalLong;

/**
 * How the next token is drawn. Applied in this order: repetition, frequency and presence penalty,
 * temperature, min_p, top_k, top_p; then one draw with the choice's own random stream.
 *
 * @param temperature 0 to 2; below 1e-5 greedy (lowest id on ties; top_k, top_p and min_p play no
 *     part)
 * @param topP 0 &lt; p &lt;= 1; 1 = off
 * @param topK at least 1; 0 = off
 * @param minP 0 to 1; 0 = off
 * @param presencePenalty -2 to 2, generated tokens only
 * @param frequencyPenalty -2 to 2, generated tokens only
 * @param repetitionPenalty more than 0, prompt and generated tokens; 1 = off
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
        OptionalLong seed) {

    /** Temperature 0. */
    public static final Sampling GREEDY = new Sampling(0, 1, 0, 0, 0, 0, 1, OptionalLong.empty());

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
    }

    /** The same with another temperature. */
    public Sampling withTemperature(double value) {
        return new Sampling(
                value,
                topP,
                topK,
                minP,
                presencePenalty,
                frequencyPenalty,
                repetitionPenalty,
                seed);
    }

    /** The same with a fixed random stream. */
    public Sampling withSeed(long value) {
        return new Sampling(
                temperature,
                topP,
                topK,
                minP,
                presencePenalty,
                frequencyPenalty,
                repetitionPenalty,
                OptionalLong.of(value));
    }

    private static void check(boolean ok, String param, String rule, Number got) {
        if (!ok) {
            throw new RequestException(
                    param, "'" + param + "' must be " + rule + ", got " + got + ".");
        }
    }
}
