package apus.runtime;

import apus.format.token.Tokenizer;
import apus.runtime.sample.Logprobs;
import apus.runtime.text.ChoiceText;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** What beams mean as text: where they end, and the choice that one becomes. */
final class BeamText {
    private final Tokenizer tokenizer;
    private final Request request;
    private final List<Integer> eosIds;

    BeamText(Tokenizer tokenizer, Request request, List<Integer> eosIds) {
        this.tokenizer = tokenizer;
        this.request = request;
        this.eosIds = request.stops().ignoreEos() ? List.of() : eosIds;
    }

    /** Tokens that end a beam, and are not to be chosen before min_tokens. */
    int[] endTokens() {
        return IntStream.concat(
                        eosIds.stream().mapToInt(i -> i),
                        request.stops().tokens().stream().mapToInt(i -> i))
                .toArray();
    }

    /** Whether the last of these tokens ends the beam, and why. */
    Optional<Finish> end(int[] tokens) {
        int last = tokens[tokens.length - 1];
        if (eosIds.contains(last)) {
            return Optional.of(new Finish.Stop(Optional.empty(), OptionalInt.empty()));
        }
        if (!request.stops().strings().isEmpty()) {
            Optional<String> matched = replay(tokens, List.of()).matched();
            if (matched.isPresent()) {
                return Optional.of(new Finish.Stop(matched, OptionalInt.empty()));
            }
        }
        return request.stops().tokens().contains(last)
                ? Optional.of(new Finish.Stop(Optional.empty(), OptionalInt.of(last)))
                : Optional.empty();
    }

    /** Tokens that count for the length penalty. */
    int length(int[] tokens) {
        return eosIds.contains(tokens[tokens.length - 1]) ? tokens.length - 1 : tokens.length;
    }

    Result.Choice choice(int index, int[] tokens, List<TokenLogprobs> details, Finish finish) {
        ChoiceText output = replay(tokens, details);
        output.finish();
        return new Result.Choice(index, output.takeText(), tokens, output.takeLogprobs(), finish);
    }

    private ChoiceText replay(int[] tokens, List<TokenLogprobs> details) {
        ChoiceText output = new ChoiceText(tokenizer, request.skipSpecialTokens(), request.stops());
        boolean showEos = request.stops().includeString() && !request.skipSpecialTokens();
        for (int i = 0; i < tokens.length; i++) {
            output.push(
                    tokens[i],
                    showEos || !eosIds.contains(tokens[i]),
                    details.isEmpty() ? Logprobs.NONE : details.get(i),
                    !details.isEmpty() && request.logprobs().wantsGenerated(),
                    i + 1 >= request.stops().minTokens());
        }
        return output;
    }
}
