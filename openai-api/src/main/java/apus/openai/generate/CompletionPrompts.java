package apus.openai.generate;

import apus.format.token.Tokenizer;
import apus.openai.ApiException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes engine prompts of a completion request's prompts. */
final class CompletionPrompts {
    private final Params params;
    private final Tokenizer tokenizer;
    private final int maxModelLen;
    private final boolean skipSpecial;
    private final Optional<FillInMiddle> gap;

    CompletionPrompts(Params params, Tokenizer tokenizer, int maxModelLen) {
        this.params = params;
        this.tokenizer = tokenizer;
        this.maxModelLen = maxModelLen;
        this.skipSpecial = params.get(OutputParams.SKIP_SPECIAL);
        this.gap = suffix(params).flatMap(s -> FillInMiddle.of(tokenizer));
    }

    /** The suffix, if there is any text in it. */
    private static Optional<String> suffix(Params params) {
        return params.find(CompletionParams.SUFFIX).filter(s -> !s.isEmpty());
    }

    /** What is put behind every answer: the suffix, unless the model fills the gap before it. */
    String appended() {
        return gap.isPresent() ? "" : suffix(params).orElse("");
    }

    /**
     * All prompts, truncated if the request says so.
     *
     * @throws ApiException 400 for one without tokens, or that cannot be filled in
     */
    List<Prompt> read() {
        List<PromptInput> inputs = params.get(CompletionParams.PROMPT);
        List<Prompt> prompts = new ArrayList<>(inputs.size());
        for (int i = 0; i < inputs.size(); i++) {
            Prompt prompt =
                    Truncation.apply(
                            params, tokenizer, maxModelLen, skipSpecial, read(inputs.get(i)));
            if (prompt.ids().length == 0) {
                String path = inputs.size() == 1 ? "prompt" : "prompt[" + i + "]";
                throw ApiException.badRequest(
                        "invalid_value", path, "'" + path + "' must hold at least one token.");
            }
            prompts.add(prompt);
        }
        return prompts;
    }

    private Prompt read(PromptInput input) {
        if (gap.isPresent()) {
            return fill(input);
        }
        return switch (input) {
            case PromptInput.Text(String text) ->
                    Prompt.ofText(tokenizer, text, params.get(CompletionParams.ADD_SPECIAL_TOKENS));
            case PromptInput.Ids(int[] ids) -> Prompt.ofIds(tokenizer, ids, skipSpecial);
        };
    }

    private Prompt fill(PromptInput input) {
        if (params.get(OutputParams.ECHO)) {
            throw refused("'echo'");
        }
        return switch (input) {
            case PromptInput.Ids _ -> throw refused("a prompt of token ids");
            case PromptInput.Text(String text) ->
                    gap.get()
                            .prompt(
                                    tokenizer,
                                    text,
                                    suffix(params).orElseThrow(),
                                    params.get(CompletionParams.ADD_SPECIAL_TOKENS));
        };
    }

    private static ApiException refused(String with) {
        return ApiException.badRequest(
                "invalid_value",
                "suffix",
                "'suffix' cannot be combined with " + with + ": this model fills in the middle.");
    }
}
