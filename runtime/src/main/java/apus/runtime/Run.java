package apus.runtime;

import apus.kernels.Logits;
import apus.runtime.sample.Logprobs;
import apus.runtime.sched.Sequence;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A request under way: its sequences, what came of them, and where the answer goes. Engine thread
 * only, but for the outbox.
 */
abstract sealed class Run permits DrawRun, BeamRun {
    final Request request;
    final Outbox outbox;
    final EngineLoop loop;
    final Batcher batcher;
    private final long submitted = System.nanoTime();
    private long scheduled;
    private long firstToken;
    private long lastToken;
    private boolean firstTokenCounted;
    private boolean done;
    private final List<TokenLogprobs> promptLogprobs = new ArrayList<>();

    Run(Request request, EngineLoop loop, int outboxCapacity) {
        this.request = request;
        this.loop = loop;
        this.batcher = loop.batcher();
        this.outbox = new Outbox(outboxCapacity, () -> loop.cancel(this));
    }

    /** Hands its sequences to the scheduler. */
    abstract void begin();

    /**
     * The last row of a sequence whose tokens are all computed: the next one can be chosen.
     *
     * @param row valid during the call
     */
    abstract void advance(Sequence s, MemorySegment row);

    /** Ends what has not ended, for one reason. */
    abstract void abort(Finish why);

    /** Tokens drawn so far, over all sequences. */
    abstract int generated();

    /** Longest a sequence of this request may become, in tokens. */
    final int maxLength() {
        int max = request.stops().maxTokens();
        int room = loop.maxModelLen();
        return max == Stops.UNLIMITED ? room : request.prompt().length + max;
    }

    /** Whether the engine is through with it. */
    final boolean done() {
        return done;
    }

    /** Whether any of its tokens has been computed. */
    final boolean started() {
        return scheduled != 0;
    }

    /**
     * Its first sequence is in the step that begins now.
     *
     * @param cached prompt tokens found in the prefix cache
     */
    final void scheduled(long now, int cached) {
        scheduled = now;
        outbox.cachedTokens(cached);
    }

    /** Reads the log-probabilities of prompt tokens off the rows of a step. */
    final void readPrompt(Sequence s, Logits logits, int firstRow, int rows) {
        int at = s.computed() - rows;
        for (int i = 0; i < rows; i++, at++) {
            // A prompt that is computed anew has been read before.
            if (at + 1 < s.promptLength() && promptLogprobs.size() == at) {
                promptLogprobs.add(
                        Logprobs.of(
                                logits.row(firstRow + i),
                                s.token(at + 1),
                                request.logprobs().prompt(),
                                batcher.buffers()));
            }
        }
        if (s.computed() >= s.promptLength()) {
            outbox.promptLogprobs(promptLogprobs);
        }
    }

    /** A token was drawn. */
    final void tokenAt(long now) {
        if (firstToken == 0) {
            firstToken = now;
        }
        lastToken = now;
    }

    /** True once: for the first of all tokens. */
    final boolean claimFirstToken() {
        boolean first = !firstTokenCounted;
        firstTokenCounted = true;
        return first;
    }

    final long firstTokenNanos() {
        return firstToken - submitted;
    }

    /** Gives the answer out. Afterwards the engine forgets the request. */
    final void complete(List<Chunk> last, List<Result.Choice> choices) {
        done = true;
        long now = System.nanoTime();
        long begun = scheduled == 0 ? now : scheduled;
        long first = firstToken == 0 ? now : firstToken;
        long end = Math.max(lastToken, first);
        Timings timings =
                new Timings(begun - submitted, first - begun, end - first, now - submitted);
        Result.Usage usage =
                new Result.Usage(request.prompt().length, generated(), outbox.cachedTokens());
        Result result = new Result(choices, promptLogprobs, usage, timings);
        batcher.completed(this, result);
        outbox.finish(last, result);
    }

    /** A finished choice in one piece. */
    static Chunk whole(Result.Choice choice) {
        return new Chunk(
                choice.index(),
                choice.text(),
                choice.tokenIds(),
                choice.logprobs(),
                Optional.of(choice.finish()));
    }

    /** The end of a choice that has nothing to show. */
    static Chunk empty(int choice, Finish why) {
        return new Chunk(choice, "", new int[0], List.of(), Optional.of(why));
    }

    /** What the statistics call the end of this request. */
    static String reason(Finish finish) {
        return switch (finish) {
            case Finish.Stop _ -> "stop";
            case Finish.Length _ -> "length";
            case Finish.Cancelled _ -> "abort";
            case Finish.Failed _ -> "error";
        };
    }
}
