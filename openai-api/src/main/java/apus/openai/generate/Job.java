package apus.openai.generate;

import apus.runtime.Request;
import java.util.List;
import java.util.OptionalInt;

/**
 * A checked request: what to run, and how to show what comes of it.
 *
 * @param prompts one for chat
 * @param requests one for each prompt
 * @param n choices for each prompt
 * @param role of a chat answer
 * @param prefix text that each chat answer begins with
 * @param echo whether a completion begins with its prompt
 * @param suffix text behind each completion
 * @param logprobs alternatives to show beside each token; empty = no log-probabilities
 * @param promptLogprobs the same for prompts
 * @param texts how tokens are shown
 * @param tokenIds whether to give token ids
 * @param usage what streams tell of it
 * @param promptDetails whether usage tells cached tokens
 * @param timings whether to give timings
 */
record Job(
        Endpoint endpoint,
        Envelope envelope,
        List<Prompt> prompts,
        List<Request> requests,
        int n,
        String role,
        String prefix,
        boolean echo,
        String suffix,
        OptionalInt logprobs,
        OptionalInt promptLogprobs,
        TokenTexts texts,
        boolean tokenIds,
        StreamOptions usage,
        boolean promptDetails,
        boolean timings) {

    /** Prompt tokens, each prompt once. */
    int promptTokens() {
        return prompts.stream().mapToInt(p -> p.ids().length).sum();
    }

    /** Choices in all. */
    int choices() {
        return prompts.size() * n;
    }
}
