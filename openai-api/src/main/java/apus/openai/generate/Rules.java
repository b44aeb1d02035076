package apus.openai.generate;

import apus.openai.ApiException;
import java.util.ArrayList;
import java.util.List;

/** What must hold between fields. Each broken rule is blamed on one field. */
final class Rules {
    /** A broken rule. */
    record Broken(Param<?> blamed, ApiException error) {}

    private final Params params;
    private final Limits limits;
    private final List<Broken> broken = new ArrayList<>();

    private Rules(Params params, Limits limits) {
        this.params = params;
        this.limits = limits;
    }

    /** Those that a request breaks; only fields that could be read are in {@code params}. */
    static List<Broken> broken(Params params, Limits limits) {
        Rules rules = new Rules(params, limits);
        rules.check();
        return rules.broken;
    }

    private void check() {
        int n = params.get(SamplingParams.N);
        params.find(SamplingParams.BEST_OF)
                .ifPresent(width ->
                        require(
                                width >= n,
                                SamplingParams.BEST_OF,
                                "must be at least 'n' (" + n + "), got " + width + "."));
        checkSequences();
        checkMinTokens();
        boolean stream = params.get(OutputParams.STREAM);
        require(
                stream || !params.sent(OutputParams.STREAM_OPTIONS),
                OutputParams.STREAM_OPTIONS,
                "is only allowed when 'stream' is true.");
        require(
                !stream || params.find(OutputParams.PROMPT_LOGPROBS).orElse(0) == 0,
                OutputParams.PROMPT_LOGPROBS,
                "cannot be given in a stream.");
        if (params.endpoint() == Endpoint.CHAT) {
            require(
                    params.get(OutputParams.LOGPROBS) || !params.sent(OutputParams.TOP_LOGPROBS),
                    OutputParams.TOP_LOGPROBS,
                    "is only allowed when 'logprobs' is true.");
            checkContinuation();
        }
    }

    /** Many prompts or many answers, but not both at once: each pair costs memory of its own. */
    private void checkSequences() {
        int n = params.get(SamplingParams.N);
        int width = params.find(SamplingParams.BEST_OF).orElse(n);
        int prompts =
                params.endpoint() == Endpoint.COMPLETION
                        ? params.find(CompletionParams.PROMPT).map(List::size).orElse(1)
                        : 1;
        int most = limits.maxSequences();
        require(
                (long) prompts * width <= most,
                width > n ? SamplingParams.BEST_OF : SamplingParams.N,
                "times the number of prompts must be at most "
                        + most
                        + ", got "
                        + width
                        + " times "
                        + prompts
                        + ".");
    }

    private void checkMinTokens() {
        long min = params.get(LengthParams.MIN_TOKENS);
        long max = Context.limit(params).orElse(Long.MAX_VALUE);
        require(
                min <= max,
                LengthParams.MIN_TOKENS,
                "must be at most 'max_tokens' (" + max + "), got " + min + ".");
    }

    private void checkContinuation() {
        if (!params.get(ChatParams.CONTINUE_FINAL_MESSAGE)) {
            return;
        }
        require(
                !params.find(ChatParams.ADD_GENERATION_PROMPT).orElse(false),
                ChatParams.CONTINUE_FINAL_MESSAGE,
                "and 'add_generation_prompt' cannot both be true.");
        params.find(ChatParams.MESSAGES)
                .ifPresent(messages ->
                        require(
                                messages.getLast().role().equals("assistant"),
                                ChatParams.CONTINUE_FINAL_MESSAGE,
                                "needs a last message of role 'assistant'."));
    }

    private void require(boolean holds, Param<?> blamed, String otherwise) {
        if (!holds) {
            String name = blamed.name();
            broken.add(
                    new Broken(
                            blamed,
                            ApiException.badRequest(
                                    "invalid_value", name, "'" + name + "' " + otherwise)));
        }
    }
}
