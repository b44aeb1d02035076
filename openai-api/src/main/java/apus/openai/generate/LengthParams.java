package apus.openai.generate;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** The fields that say when an answer ends, and how much of a prompt is used. */
final class LengthParams {
    private static final int MOST_STOPS = 64;

    static final Param<Long> MAX_TOKENS =
            Param.honoured("max_tokens", Kind.atLeast(1))
                    .absentMeans("what the context leaves")
                    .overridable()
                    .only(Endpoint.CHAT);

    static final Param<Long> MAX_COMPLETION_TOKENS =
            Param.honoured("max_completion_tokens", Kind.atLeast(1))
                    .absentMeans("`max_tokens`")
                    .only(Endpoint.CHAT)
                    .note("wins over max_tokens");

    /** Without a default here: whether 16 was asked for matters, {@link #DEFAULT_COMPLETION}. */
    static final Param<Long> COMPLETION_MAX_TOKENS =
            Param.honoured("max_tokens", Kind.atLeast(0))
                    .absentMeans("16, or what the context leaves")
                    .overridable()
                    .only(Endpoint.COMPLETION)
                    .note("0 only scores the prompt");

    /** Tokens of a completion that sets no bound. */
    static final int DEFAULT_COMPLETION = 16;

    static final Param<Long> MIN_TOKENS =
            Param.honoured("min_tokens", Kind.atLeast(0).ranged("0 to max_tokens")).otherwise(0L);

    static final Param<List<String>> STOP =
            Param.honoured(
                            "stop",
                            new Kind<>(
                                    "string or list of strings",
                                    "no empty string; at most " + MOST_STOPS,
                                    LengthParams::readStop))
                    .absentMeans("`[]`");

    static final Param<List<Integer>> STOP_TOKEN_IDS =
            Param.honoured(
                            "stop_token_ids",
                            Kind.list(
                                    "list of integers",
                                    "ids below the vocabulary size",
                                    Value::tokenId))
                    .absentMeans("`[]`")
                    .note("the token's text is kept unless it is a hidden special token");

    static final Param<Boolean> IGNORE_EOS =
            Param.honoured("ignore_eos", Kind.bool()).otherwise(false).overridable();

    static final Param<Boolean> INCLUDE_STOP =
            Param.honoured("include_stop_str_in_output", Kind.bool())
                    .otherwise(false)
                    .overridable();

    static final Param<Long> TRUNCATE_PROMPT_TOKENS =
            Param.honoured(
                            "truncate_prompt_tokens",
                            new Kind<>(
                                    "integer",
                                    "-1 or at least 1",
                                    value -> {
                                        long k = Kind.wholeNumber(value);
                                        if (k < -1 || k == 0) {
                                            throw value.badValue("-1 or at least 1");
                                        }
                                        return k;
                                    }))
                    .note("-1 = the context length");

    static final Param<String> TRUNCATION_SIDE =
            Param.honoured("truncation_side", Kind.oneOf(List.of("left", "right")))
                    .otherwise("left")
                    .note("the side that is cut off");

    static final List<Param<?>> ALL =
            List.of(
                    MAX_TOKENS,
                    COMPLETION_MAX_TOKENS,
                    MAX_COMPLETION_TOKENS,
                    MIN_TOKENS,
                    STOP,
                    STOP_TOKEN_IDS,
                    IGNORE_EOS,
                    INCLUDE_STOP,
                    TRUNCATE_PROMPT_TOKENS,
                    TRUNCATION_SIDE);

    private LengthParams() {}

    private static List<String> readStop(Value value) {
        JsonNode node = value.node();
        if (node.isTextual()) {
            return List.of(stopString(value));
        }
        if (!node.isArray()) {
            throw value.wrongType("a string or a list of strings");
        }
        if (node.size() > MOST_STOPS) {
            throw value.error(
                    "array_above_max_length",
                    "must hold at most " + MOST_STOPS + " strings, got " + node.size() + ".");
        }
        return Kind.elements(value, "list of strings", LengthParams::stopString);
    }

    private static String stopString(Value value) {
        String text = value.string();
        if (text.isEmpty()) {
            throw value.badValue("a string that is not empty");
        }
        return text;
    }
}
