package apus.runtime;

import apus.runtime.sample.Drawn;
import apus.runtime.sample.Sampler;
import apus.runtime.sched.Sequence;
import apus.runtime.text.ChoiceText;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** A choice in the making: joins a sequence to its sampler and its text. Engine thread only. */
final class Candidate {
    final int index;
    final Sequence sequence;
    final Sampler sampler;
    private final ChoiceText output;
    private final Request request;
    private final List<Integer> eosIds;
    private final StringBuilder text = new StringBuilder();
    private final List<TokenLogprobs> logprobs = new ArrayList<>();
    private double sum;
    private long lastTokenNanos;
    private Optional<Finish> finish = Optional.empty();

    Candidate(
            int index,
            Sequence sequence,
            Sampler sampler,
            ChoiceText output,
            Request request,
            List<Integer> eosIds) {
        this.index = index;
        this.sequence = sequence;
        this.sampler = sampler;
        this.output = output;
        this.request = request;
        this.eosIds = eosIds;
    }

    /** Takes a drawn token and decides whether it was the last. */
    Chunk accept(Drawn drawn) {
        int token = drawn.token();
        Stops stops = request.stops();
        sequence.append(token);
        sum += drawn.logprob();
        int generated = sequence.generated();
        boolean eos = !stops.ignoreEos() && eosIds.contains(token);
        boolean visible = !eos || (stops.includeString() && !request.skipSpecialTokens());
        output.push(
                token,
                visible,
                drawn.details(),
                request.logprobs().wantsGenerated(),
                generated >= stops.minTokens());
        if (output.matched().isPresent()) {
            finish = Optional.of(new Finish.Stop(output.matched(), OptionalInt.empty()));
        } else if (eos) {
            close(new Finish.Stop(Optional.empty(), OptionalInt.empty()));
        } else if (stops.tokens().contains(token)) {
            close(new Finish.Stop(Optional.empty(), OptionalInt.of(token)));
        } else if (generated == stops.maxTokens() || sequence.length() == sequence.maxLength()) {
            close(new Finish.Length());
        }
        return take(new int[] {token});
    }

    /** The last chunk of a choice that ends without a token. */
    Chunk end(Finish why) {
        close(why);
        return take(new int[0]);
    }

    private void close(Finish why) {
        output.finish();
        // The withheld end of the text may have turned out to be a stop string after all.
        finish =
                Optional.of(
                        output.matched().isPresent()
                                ? new Finish.Stop(output.matched(), OptionalInt.empty())
                                : why);
    }

    private Chunk take(int[] tokens) {
        String newText = output.takeText();
        List<TokenLogprobs> newLogprobs = output.takeLogprobs();
        text.append(newText);
        logprobs.addAll(newLogprobs);
        return new Chunk(index, newText, tokens, newLogprobs, finish);
    }

    /**
     * Notes when a token came.
     *
     * @return nanoseconds since the one before, or -1 for the first
     */
    long tick(long now) {
        long since = lastTokenNanos == 0 ? -1 : now - lastTokenNanos;
        lastTokenNanos = now;
        return since;
    }

    boolean finished() {
        return finish.isPresent();
    }

    /** Sum of the raw log-probabilities of its tokens. */
    double sum() {
        return sum;
    }

    int[] tokens() {
        int[] tokens = new int[sequence.generated()];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = sequence.token(sequence.promptLength() + i);
        }
        return tokens;
    }

    /** The finished choice, at the place the ranking gave it. */
    Result.Choice choice(int place) {
        return new Result.Choice(place, text.toString(), tokens(), logprobs, finish.orElseThrow());
    }
}
