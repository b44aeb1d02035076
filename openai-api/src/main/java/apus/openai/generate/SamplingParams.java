package apus.openai.generate;

import apus.runtime.Search;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** The fields that say how tokens are chosen. */
final class SamplingParams {
    /** Beyond this many a list of words costs more than it can be worth. */
    private static final int MOST_BAD_WORDS = 1024;

    private static final Pattern ID = Pattern.compile("0|[1-9][0-9]{0,9}");

    static final Param<Double> TEMPERATURE =
            Param.honoured("temperature", Kind.between(0, 2))
                    .otherwise(0.7, 1.0)
                    .overridable()
                    .note(
                            "below 0.00001 greedy; other values below 0.01 count as 0.01;"
                                    + " DEFAULT_TEMPERATURE changes the default");

    static final Param<Double> TOP_P =
            Param.honoured(
                            "top_p",
                            Kind.number("greater than 0 and at most 1", d -> d > 0 && d <= 1))
                    .otherwise(1.0)
                    .overridable();

    static final Param<Integer> TOP_K =
            Param.honoured(
                            "top_k",
                            new Kind<>(
                                    "integer",
                                    "-1, 0 or at least 1",
                                    value -> {
                                        long k = Kind.wholeNumber(value);
                                        if (k < -1) {
                                            throw value.badValue("-1, 0 or at least 1");
                                        }
                                        return k > value.limits().vocab() ? -1 : (int) k;
                                    }))
                    .otherwise(-1)
                    .overridable()
                    .note("-1, 0 and more than the vocabulary = off");

    static final Param<Double> MIN_P =
            Param.honoured("min_p", Kind.between(0, 1)).otherwise(0.0).overridable();

    static final Param<Double> PRESENCE_PENALTY =
            Param.honoured("presence_penalty", Kind.between(-2, 2)).otherwise(0.0).overridable();

    static final Param<Double> FREQUENCY_PENALTY =
            Param.honoured("frequency_penalty", Kind.between(-2, 2)).otherwise(0.0).overridable();

    static final Param<Double> REPETITION_PENALTY =
            Param.honoured(
                            "repetition_penalty",
                            Kind.number(
                                    "greater than 0 and finite", d -> d > 0 && Double.isFinite(d)))
                    .otherwise(1.0)
                    .overridable();

    static final Param<Map<Integer, Float>> LOGIT_BIAS =
            Param.honoured(
                    "logit_bias",
                    new Kind<>(
                            "object of token id to number",
                            "ids below the vocabulary size; values clamped to -100 to 100",
                            SamplingParams::readBias));

    static final Param<List<Integer>> ALLOWED_TOKEN_IDS =
            Param.honoured(
                    "allowed_token_ids",
                    new Kind<>(
                            "list of integers",
                            "at least one id; ids below the vocabulary size",
                            value -> {
                                List<Integer> ids =
                                        Kind.elements(value, "list of token ids", Value::tokenId);
                                if (ids.isEmpty()) {
                                    throw value.error("invalid_value", "must not be empty.");
                                }
                                return ids.stream().distinct().toList();
                            }));

    static final Param<List<String>> BAD_WORDS =
            Param.honoured(
                            "bad_words",
                            new Kind<>(
                                    "list of strings",
                                    "no empty string; at most " + MOST_BAD_WORDS,
                                    SamplingParams::readBadWords))
                    .note("the last token of a word is never drawn after its others");

    static final Param<Long> SEED =
            Param.honoured(
                            "seed",
                            new Kind<>(
                                    "integer",
                                    "64 bits",
                                    value -> {
                                        JsonNode node = value.node();
                                        long seed = Kind.wholeNumber(value);
                                        if (node.isIntegralNumber()
                                                ? !node.canConvertToLong()
                                                : Math.abs(node.doubleValue()) >= 0x1p63) {
                                            throw value.badValue("an integer of 64 bits");
                                        }
                                        return seed;
                                    }))
                    .note("-1 = none");

    static final Param<Integer> N =
            Param.honoured("n", Kind.upTo(1, "MAX_N (128)", l -> l.settings().maxN()))
                    .otherwise(1)
                    .note("times prompts at most 16384");

    static final Param<Integer> BEST_OF =
            Param.honoured("best_of", Kind.upTo(1, "MAX_N (128)", l -> l.settings().maxN()))
                    .absentMeans("`n`")
                    .note(
                            "at least n; times prompts as for n; under beam search the width, by default n or 2");

    static final Param<Boolean> USE_BEAM_SEARCH =
            Param.honoured("use_beam_search", Kind.bool()).otherwise(false);

    static final Param<Double> LENGTH_PENALTY =
            Param.honoured("length_penalty", Kind.number("finite", Double::isFinite))
                    .otherwise(1.0)
                    .overridable()
                    .note("beam search only");

    static final Param<Search.EarlyStopping> EARLY_STOPPING =
            Param.honoured(
                            "early_stopping",
                            new Kind<>(
                                    "boolean or string",
                                    "true, false or \"never\"",
                                    SamplingParams::readEarlyStopping))
                    .absentMeans("`false`")
                    .note("beam search only");

    static final List<Param<?>> ALL =
            List.of(
                    TEMPERATURE,
                    TOP_P,
                    TOP_K,
                    MIN_P,
                    PRESENCE_PENALTY,
                    FREQUENCY_PENALTY,
                    REPETITION_PENALTY,
                    LOGIT_BIAS,
                    ALLOWED_TOKEN_IDS,
                    BAD_WORDS,
                    SEED,
                    N,
                    BEST_OF,
                    USE_BEAM_SEARCH,
                    LENGTH_PENALTY,
                    EARLY_STOPPING);

    private SamplingParams() {}

    private static Map<Integer, Float> readBias(Value value) {
        if (!value.node().isObject()) {
            throw value.wrongType("an object of token ids and numbers");
        }
        Map<Integer, Float> bias = new HashMap<>();
        for (Map.Entry<String, JsonNode> entry : value.node().properties()) {
            String key = entry.getKey();
            if (!ID.matcher(key).matches() || Long.parseLong(key) >= value.limits().vocab()) {
                throw value.error(
                        "invalid_value",
                        "must have token ids from 0 to "
                                + (value.limits().vocab() - 1)
                                + " as keys, got \""
                                + Quote.text(key)
                                + "\".");
            }
            JsonNode number = entry.getValue();
            if (!number.isNumber()) {
                throw value.error(
                        "invalid_type",
                        "must have numbers as values, got "
                                + Quote.of(number)
                                + " for token "
                                + key
                                + ".");
            }
            bias.put(Integer.valueOf(key), (float) Math.clamp(number.doubleValue(), -100, 100));
        }
        return bias;
    }

    private static List<String> readBadWords(Value value) {
        if (value.node().size() > MOST_BAD_WORDS) {
            throw value.error(
                    "array_above_max_length",
                    "must hold at most "
                            + MOST_BAD_WORDS
                            + " words, got "
                            + value.node().size()
                            + ".");
        }
        return Kind.elements(
                value,
                "list of strings",
                word -> {
                    if (word.string().isEmpty()) {
                        throw word.badValue("a word that is not empty");
                    }
                    return word.string();
                });
    }

    private static Search.EarlyStopping readEarlyStopping(Value value) {
        if (value.node().isBoolean()) {
            return value.bool() ? Search.EarlyStopping.TRUE : Search.EarlyStopping.FALSE;
        }
        if (!value.node().isTextual()) {
            throw value.wrongType("true, false or \"never\"");
        }
        if (!value.string().equals("never")) {
            throw value.badValue("true, false or \"never\"");
        }
        return Search.EarlyStopping.NEVER;
    }
}
