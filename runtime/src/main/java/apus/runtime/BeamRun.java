package apus.runtime;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import apus.runtime.sample.LogitPipeline;
import apus.runtime.sample.Logprobs;
import apus.runtime.sample.SamplingException;
import apus.runtime.sched.Sequence;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Beam search inside the engine's loop: when every live beam has its logits, all of them are
 * expanded and ranked together. The first child of a beam goes on with the beam's own sequence, the
 * others fork from it.
 */
final class BeamRun extends Run {
    private final Search.Beam search;
    private final BeamPool ended;
    private final BeamText text;
    private List<Beam> live = new ArrayList<>();
    private int finishedTokens;

    /** A live sequence with what its logits say of the next token. */
    private static final class Beam {
        final Sequence sequence;
        final LogitPipeline pipeline;
        final double sum;
        final List<TokenLogprobs> details;
        List<Expansion> expansions = List.of();
        boolean expanded;

        Beam(Sequence sequence, LogitPipeline pipeline, double sum, List<TokenLogprobs> details) {
            this.sequence = sequence;
            this.pipeline = pipeline;
            this.sum = sum;
            this.details = details;
        }

        int[] tokensWith(int next) {
            int[] tokens = new int[sequence.generated() + 1];
            for (int i = 0; i < tokens.length - 1; i++) {
                tokens[i] = sequence.token(sequence.promptLength() + i);
            }
            tokens[tokens.length - 1] = next;
            return tokens;
        }
    }

    /** One token more. */
    private record Expansion(Beam beam, int token, double sum, TokenLogprobs details) {
        List<TokenLogprobs> allDetails() {
            List<TokenLogprobs> all = new ArrayList<>(beam.details);
            all.add(details);
            return all;
        }
    }

    BeamRun(Request request, Search.Beam search, EngineLoop loop, int outboxCapacity) {
        super(request, loop, outboxCapacity);
        this.search = search;
        this.ended = new BeamPool(search);
        this.text = new BeamText(loop.tokenizer(), request, loop.model().eosIds());
    }

    @Override
    void begin() {
        Sequence root =
                Sequence.family(
                                request.prompt(),
                                maxLength(),
                                request.logprobs().wantsPrompt(),
                                search.width())
                        .salted(request.cacheSalt());
        if (request.stops().maxTokens() == 0 && !request.logprobs().wantsPrompt()) {
            finish(new Finish.Length());
            return;
        }
        LogitPipeline pipeline =
                new LogitPipeline(
                        request.sampling(),
                        request.stops().minTokens(),
                        request.prompt(),
                        text.endTokens(),
                        loop.vocab());
        live.add(new Beam(root, pipeline, 0, List.of()));
        batcher.add(root, this);
    }

    @Override
    void advance(Sequence s, MemorySegment row) {
        if (request.stops().maxTokens() == 0) {
            finish(new Finish.Length());
            return;
        }
        for (Beam beam : live) {
            if (beam.sequence == s) {
                beam.expansions = expand(beam, row);
                beam.expanded = true;
            }
        }
        // A beam that was forked has tokens to compute again and may come a step later.
        if (live.stream().allMatch(b -> b.expanded)) {
            rank();
        }
    }

    /** The best 2 * width continuations of a beam; none if every token is forbidden. */
    private List<Expansion> expand(Beam beam, MemorySegment row) {
        float[] z = row.toArray(JAVA_FLOAT);
        beam.pipeline.apply(z);
        int count = Math.min(2 * search.width(), z.length);
        int[] ids = new int[count];
        float[] values = new float[count];
        Logprobs.top(z, count, ids, values);
        if (values[0] == Float.NEGATIVE_INFINITY) {
            return List.of();
        }
        double logSum = Logprobs.logSumExp(z, batcher.buffers());
        IntFunction<TokenLogprobs> details = details(row, z, logSum);
        List<Expansion> expansions = new ArrayList<>();
        for (int i = 0; i < count && values[i] > Float.NEGATIVE_INFINITY; i++) {
            double sum = beam.sum + (values[i] - logSum);
            expansions.add(new Expansion(beam, ids[i], sum, details.apply(ids[i])));
        }
        return expansions;
    }

    /** What is told of a token drawn from this row. */
    private IntFunction<TokenLogprobs> details(MemorySegment row, float[] z, double logSum) {
        LogprobOptions wanted = request.logprobs();
        if (!wanted.wantsGenerated()) {
            return token -> Logprobs.NONE;
        }
        return switch (wanted.source()) {
            case RAW -> {
                float[] raw = row.toArray(JAVA_FLOAT);
                double rawSum = Logprobs.logSumExp(raw, batcher.buffers());
                yield token -> Logprobs.of(raw, rawSum, token, wanted.generated());
            }
            case PROCESSED -> token -> Logprobs.of(z, logSum, token, wanted.generated());
        };
    }

    private void rank() {
        long now = System.nanoTime();
        tokenAt(now);
        List<Expansion> goOn = new ArrayList<>();
        for (Beam beam : live) {
            for (Expansion e : beam.expansions) {
                int[] tokens = beam.tokensWith(e.token());
                text.end(tokens)
                        .ifPresentOrElse(
                                why ->
                                        ended.add(
                                                tokens,
                                                e.allDetails(),
                                                e.sum(),
                                                why,
                                                text.length(tokens)),
                                () -> goOn.add(e));
            }
            batcher.stats().token(this, -1);
        }
        // The sort is stable: ties go to the earlier beam and its likelier token.
        if (goOn.isEmpty() && ended.best().isEmpty()) {
            throw new SamplingException("Every token is forbidden: no beam can go on.");
        }
        goOn.sort(Comparator.comparingDouble(Expansion::sum).reversed());
        List<Expansion> chosen = goOn.subList(0, Math.min(search.width(), goOn.size()));
        int length = live.getFirst().sequence.generated() + 1;
        boolean atEnd = live.getFirst().sequence.length() + 1 == maxLength();
        if (atEnd) {
            for (Expansion e : chosen) {
                int[] tokens = e.beam().tokensWith(e.token());
                ended.add(
                        tokens, e.allDetails(), e.sum(), new Finish.Length(), text.length(tokens));
            }
        }
        int longest = maxLength() - request.prompt().length;
        if (atEnd || chosen.isEmpty() || ended.enough(chosen.getFirst().sum(), length, longest)) {
            finish(new Finish.Length());
        } else {
            live = grow(chosen);
        }
    }

    private List<Beam> grow(List<Expansion> chosen) {
        List<Beam> next = new ArrayList<>();
        List<Beam> continued = new ArrayList<>();
        // Forks first: they copy their parent as it is before it grows.
        for (Expansion e : chosen) {
            Beam parent = e.beam();
            boolean first = !continued.contains(parent);
            Sequence sequence = first ? parent.sequence : batcher.fork(parent.sequence, this);
            LogitPipeline pipeline = first ? parent.pipeline : parent.pipeline.fork();
            if (first) {
                continued.add(parent);
            }
            next.add(new Beam(sequence, pipeline, e.sum(), e.allDetails()));
        }
        for (int i = 0; i < next.size(); i++) {
            next.get(i).sequence.append(chosen.get(i).token());
            next.get(i).pipeline.accept(chosen.get(i).token());
        }
        for (Beam parent : live) {
            if (!continued.contains(parent)) {
                batcher.remove(parent.sequence);
            }
        }
        return next;
    }

    /**
     * Gives out the best that ended.
     *
     * @param otherwise how a choice ends that no beam is there for
     */
    private void finish(Finish otherwise) {
        for (Beam beam : live) {
            batcher.remove(beam.sequence);
        }
        List<Result.Choice> choices = new ArrayList<>();
        for (BeamPool.Ended beam : ended.best()) {
            finishedTokens += beam.tokens().length;
            if (choices.size() < search.n()) {
                choices.add(
                        text.choice(choices.size(), beam.tokens(), beam.details(), beam.finish()));
            }
        }
        while (choices.size() < search.n()) {
            choices.add(new Result.Choice(choices.size(), "", new int[0], List.of(), otherwise));
        }
        live = List.of();
        complete(choices.stream().map(Run::whole).toList(), choices);
    }

    @Override
    void abort(Finish why) {
        for (Beam beam : live) {
            batcher.remove(beam.sequence);
            finishedTokens += beam.sequence.generated();
        }
        live = List.of();
        List<Result.Choice> choices = new ArrayList<>();
        for (int i = 0; i < search.n(); i++) {
            choices.add(new Result.Choice(i, "", new int[0], List.of(), why));
        }
        complete(choices.stream().map(Run::whole).toList(), choices);
    }

    @Override
    int generated() {
        return finishedTokens;
    }
}
