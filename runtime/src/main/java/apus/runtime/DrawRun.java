package apus.runtime;

import apus.runtime.sample.Drawn;
import apus.runtime.sample.Sampler;
import apus.runtime.sched.Sequence;
import apus.runtime.text.ChoiceText;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Choices drawn at random, each with its own stream. With more candidates than choices nothing is
 * given out until the best are known.
 */
final class DrawRun extends Run {
    private final Search.Draw search;
    private final long seed;
    private final List<Candidate> candidates = new ArrayList<>();

    /**
     * @param seed of the request, or fresh
     */
    DrawRun(Request request, Search.Draw search, long seed, EngineLoop loop, int outboxCapacity) {
        super(request, loop, outboxCapacity);
        this.search = search;
        this.seed = seed;
    }

    private boolean ranked() {
        return search.candidates() > search.n();
    }

    @Override
    void begin() {
        Sequence first =
                Sequence.of(request.prompt(), maxLength(), request.logprobs().wantsPrompt())
                        .salted(request.cacheSalt());
        for (int i = 0; i < search.candidates(); i++) {
            Sequence sequence = i == 0 ? first : first.sibling();
            Sampler sampler =
                    new Sampler(
                            request.sampling(),
                            request.stops(),
                            request.prompt(),
                            loop.eosIds(),
                            loop.vocab(),
                            request.logprobs(),
                            seed,
                            i);
            ChoiceText text =
                    new ChoiceText(loop.tokenizer(), request.skipSpecialTokens(), request.stops());
            candidates.add(
                    new Candidate(i, sequence, sampler, text, request, loop.model().eosIds()));
        }
        if (request.stops().maxTokens() == 0 && !request.logprobs().wantsPrompt()) {
            abort(new Finish.Length()); // nothing to compute
            return;
        }
        for (Candidate candidate : candidates) {
            batcher.add(candidate.sequence, this);
        }
    }

    @Override
    void advance(Sequence s, MemorySegment row) {
        Candidate candidate = candidateOf(s);
        if (request.stops().maxTokens() == 0) {
            deliver(candidate, candidate.end(new Finish.Length()));
            return;
        }
        Drawn drawn = candidate.sampler.sample(row, batcher.buffers());
        Chunk chunk = candidate.accept(drawn);
        long now = System.nanoTime();
        tokenAt(now);
        batcher.stats().token(this, candidate.tick(now));
        deliver(candidate, chunk);
    }

    private Candidate candidateOf(Sequence s) {
        for (Candidate candidate : candidates) {
            if (candidate.sequence == s) {
                return candidate;
            }
        }
        throw new IllegalStateException("a sequence of another request");
    }

    private void deliver(Candidate candidate, Chunk chunk) {
        if (candidate.finished()) {
            batcher.remove(candidate.sequence);
        }
        if (candidates.stream().allMatch(Candidate::finished)) {
            if (ranked()) {
                completeRanked();
            } else {
                complete(List.of(chunk), choices());
            }
        } else if (!ranked() && !outbox.offer(chunk)) {
            abort(new Finish.Cancelled("the reader is too slow: its buffer is full"));
        }
    }

    private List<Result.Choice> choices() {
        return candidates.stream().map(c -> c.choice(c.index)).toList();
    }

    private void completeRanked() {
        List<Candidate> best =
                candidates.stream()
                        .sorted(Comparator.comparingDouble(this::score).reversed())
                        .limit(search.n())
                        .toList();
        List<Chunk> chunks = new ArrayList<>();
        List<Result.Choice> choices = new ArrayList<>();
        for (int i = 0; i < best.size(); i++) {
            Result.Choice choice = best.get(i).choice(i);
            choices.add(choice);
            chunks.add(whole(choice));
        }
        complete(chunks, choices);
    }

    private double score(Candidate candidate) {
        return switch (search.score()) {
            case SUM -> candidate.sum();
            case MEAN -> candidate.sum() / Math.max(1, candidate.sequence.generated());
        };
    }

    @Override
    void abort(Finish why) {
        List<Chunk> last = new ArrayList<>();
        for (Candidate candidate : candidates) {
            if (!candidate.finished()) {
                batcher.remove(candidate.sequence);
                Chunk chunk = candidate.end(why);
                if (!ranked()) {
                    last.add(chunk);
                }
            }
        }
        if (ranked()) {
            // Nobody knows which would have been the best.
            for (int i = 0; i < search.n(); i++) {
                last.add(Run.empty(i, why));
            }
        }
        complete(last, choices().subList(0, search.n()));
    }

    @Override
    int generated() {
        return candidates.stream().mapToInt(c -> c.sequence.generated()).sum();
    }
}
