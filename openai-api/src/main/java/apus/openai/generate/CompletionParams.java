package apus.openai.generate;

import java.util.List;

/** The fields that only completions have. */
final class CompletionParams {
    static final Param<List<PromptInput>> PROMPT =
            Param.honoured("prompt", PromptInput.KIND)
                    .absentMeans("required")
                    .only(Endpoint.COMPLETION);

    static final Param<String> SUFFIX =
            Param.honoured("suffix", Kind.string())
                    .only(Endpoint.COMPLETION)
                    .note(
                            "fill in the middle if the model has tokens for it, else put behind the"
                                    + " text");

    static final Param<Boolean> ADD_SPECIAL_TOKENS =
            Param.honoured("add_special_tokens", Kind.bool())
                    .otherwise(true)
                    .only(Endpoint.COMPLETION)
                    .note("text prompts only");

    static final List<Param<?>> ALL = List.of(PROMPT, SUFFIX, ADD_SPECIAL_TOKENS);

    private CompletionParams() {}
}
