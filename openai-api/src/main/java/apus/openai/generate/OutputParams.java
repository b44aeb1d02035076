package apus.openai.generate;

import apus.openai.ApiException;
import java.util.List;

/** The fields that say how an answer is given: by whom, streamed or whole, with which extras. */
final class OutputParams {
    static final Param<String> MODEL =
            Param.honoured(
                            "model",
                            new Kind<>(
                                    "string",
                                    "a served model id",
                                    value -> {
                                        List<String> served =
                                                value.limits().settings().servedNames();
                                        String name = value.string();
                                        if (name.isEmpty()) {
                                            return served.getFirst();
                                        }
                                        if (!served.contains(name)) {
                                            throw ApiException.notFound(
                                                    "model_not_found",
                                                    "The model '"
                                                            + Quote.text(name)
                                                            + "' does not exist; this server has '"
                                                            + Quote.text(served.getFirst())
                                                            + "'.");
                                        }
                                        return name;
                                    }))
                    .absentMeans("the first served id");

    static final Param<Boolean> STREAM = Param.honoured("stream", Kind.bool()).otherwise(false);

    static final Param<StreamOptions> STREAM_OPTIONS =
            Param.honoured("stream_options", StreamOptions.KIND).note("only with stream");

    static final Param<Boolean> ECHO =
            Param.honoured("echo", Kind.bool())
                    .otherwise(false)
                    .note(
                            "completions: the answer begins with the prompt; chat: with the last"
                                    + " message, if that has the answer's role");

    static final Param<Boolean> LOGPROBS =
            Param.honoured("logprobs", Kind.bool()).otherwise(false).only(Endpoint.CHAT);

    static final Param<Integer> TOP_LOGPROBS =
            Param.honoured("top_logprobs", Kind.upTo(0, "MAX_LOGPROBS (20)", Limits::maxLogprobs))
                    .absentMeans("0")
                    .only(Endpoint.CHAT)
                    .note("only with logprobs");

    static final Param<Integer> COMPLETION_LOGPROBS =
            Param.honoured("logprobs", Kind.upTo(0, "MAX_LOGPROBS (20)", Limits::maxLogprobs))
                    .only(Endpoint.COMPLETION);

    static final Param<Integer> PROMPT_LOGPROBS =
            Param.honoured(
                            "prompt_logprobs",
                            Kind.upTo(0, "MAX_LOGPROBS (20)", Limits::maxLogprobs))
                    .note("above 0 not with stream");

    static final Param<Boolean> RETURN_TOKEN_IDS =
            Param.honoured("return_token_ids", Kind.bool()).otherwise(false);

    static final Param<Boolean> TOKENS_AS_IDS =
            Param.honoured("return_tokens_as_token_ids", Kind.bool())
                    .absentMeans("`false`, or RETURN_TOKENS_AS_TOKEN_IDS");

    static final Param<Boolean> SKIP_SPECIAL =
            Param.honoured("skip_special_tokens", Kind.bool()).otherwise(true).overridable();

    static final Param<Boolean> SPACES_BETWEEN =
            Param.honoured("spaces_between_special_tokens", Kind.bool())
                    .otherwise(true)
                    .note("makes no difference: no tokenizer here puts spaces there");

    static final Param<String> REQUEST_ID =
            Param.honoured("request_id", Kind.string())
                    .note("stem of the answer's id if it is made of 1 to 64 of A-Z a-z 0-9 . _ -");

    static final Param<String> CACHE_SALT =
            Param.honoured("cache_salt", Kind.string())
                    .note("prefixes are shared among requests of equal salt only");

    static final Param<String> SERVICE_TIER =
            Param.ignored("service_tier", Kind.string()).note("the answer says `default`");

    static final List<Param<?>> ALL =
            List.of(
                    MODEL,
                    STREAM,
                    STREAM_OPTIONS,
                    ECHO,
                    LOGPROBS,
                    TOP_LOGPROBS,
                    COMPLETION_LOGPROBS,
                    PROMPT_LOGPROBS,
                    RETURN_TOKEN_IDS,
                    TOKENS_AS_IDS,
                    SKIP_SPECIAL,
                    SPACES_BETWEEN,
                    REQUEST_ID,
                    CACHE_SALT,
                    SERVICE_TIER);

    private OutputParams() {}
}
