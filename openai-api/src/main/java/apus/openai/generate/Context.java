package apus.openai.generate;

import apus.openai.ApiException;
import apus.runtime.Stops;
import java.util.Optional;

/** Whether a prompt and its answer fit the model's context. */
final class Context {
    private Context() {}

    /**
     * Tokens the answer may have, for {@link Stops#maxTokens}. A bound of the request's own must
     * fit; a default is cut to the room left.
     *
     * @throws ApiException 400 {@code context_length_exceeded}
     */
    static int maxTokens(Params params, int promptTokens, int maxModelLen) {
        Optional<Long> limit = limit(params);
        boolean asked =
                params.sent(LengthParams.MAX_COMPLETION_TOKENS)
                        || params.sent(LengthParams.MAX_TOKENS)
                        || params.sent(LengthParams.COMPLETION_MAX_TOKENS);
        boolean scoresOnly = limit.isPresent() && limit.get() == 0;
        int room = maxModelLen - promptTokens;
        if (room < 0 || (room == 0 && !scoresOnly)) {
            throw exceeded(
                    params.endpoint() == Endpoint.CHAT ? "messages" : "prompt",
                    maxModelLen,
                    "the prompt has " + promptTokens + ".");
        }
        long min = params.get(LengthParams.MIN_TOKENS);
        if (limit.isEmpty() && min > room) {
            throw ApiException.badRequest(
                    "invalid_value",
                    "min_tokens",
                    "'min_tokens' must be at most the "
                            + room
                            + " tokens that the prompt leaves of the context, got "
                            + min
                            + ".");
        }
        if (limit.isEmpty()) {
            return Stops.UNLIMITED;
        }
        if (asked && limit.get() > room) {
            throw exceeded(
                    params.sent(LengthParams.MAX_COMPLETION_TOKENS)
                            ? "max_completion_tokens"
                            : "max_tokens",
                    maxModelLen,
                    "the prompt has "
                            + promptTokens
                            + " and the answer may take "
                            + limit.get()
                            + ".");
        }
        return (int) Math.min(limit.get(), room);
    }

    /** The request's bound or its default; empty = none but the context. */
    static Optional<Long> limit(Params params) {
        return switch (params.endpoint()) {
            case CHAT ->
                    params.find(LengthParams.MAX_COMPLETION_TOKENS)
                            .or(() -> params.find(LengthParams.MAX_TOKENS));
            case COMPLETION ->
                    params.find(LengthParams.COMPLETION_MAX_TOKENS)
                            .or(() -> Optional.of((long) LengthParams.DEFAULT_COMPLETION));
        };
    }

    private static ApiException exceeded(String param, int maxModelLen, String rest) {
        return ApiException.badRequest(
                "context_length_exceeded",
                param,
                "This model's context is "
                        + maxModelLen
                        + " tokens, prompt and answer together, but "
                        + rest);
    }
}
