package apus.runtime;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** Counts what the engine does. Written by the engine thread, read by any. */
final class EngineMetrics {
    // vLLM's buckets, so that dashboards made for it show the same picture.
    private static final double[] TIME_TO_FIRST_TOKEN = {
        0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20,
        40, 80, 160, 640, 2560
    };
    private static final double[] TOKEN_LATENCY = {
        0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40,
        80
    };
    private static final double[] REQUEST_LATENCY = {
        0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680
    };
    private static final double[] TOKENS = {
        1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000
    };
    private static final double[] TOKENS_OF_A_STEP = {
        1, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384
    };
    private static final double[] CHOICES = {1, 2, 5, 10, 20};

    private final Histogram timeToFirstToken = new Histogram(TIME_TO_FIRST_TOKEN);
    private final Histogram interTokenLatency = new Histogram(TOKEN_LATENCY);
    private final Histogram timePerOutputToken = new Histogram(TOKEN_LATENCY);
    private final Histogram endToEnd = new Histogram(REQUEST_LATENCY);
    private final Histogram queueTime = new Histogram(REQUEST_LATENCY);
    private final Histogram inferenceTime = new Histogram(REQUEST_LATENCY);
    private final Histogram prefillTime = new Histogram(REQUEST_LATENCY);
    private final Histogram decodeTime = new Histogram(REQUEST_LATENCY);
    private final Histogram promptLengths = new Histogram(TOKENS);
    private final Histogram generationLengths = new Histogram(TOKENS);
    private final Histogram longestChoices = new Histogram(TOKENS);
    private final Histogram tokensPerStep = new Histogram(TOKENS_OF_A_STEP);
    private final Histogram paramsN = new Histogram(CHOICES);
    private final Histogram paramsMaxTokens = new Histogram(TOKENS);
    private final LongAdder promptTokens = new LongAdder();
    private final LongAdder generationTokens = new LongAdder();
    private final LongAdder prefixQueries = new LongAdder();
    private final LongAdder prefixHits = new LongAdder();
    private final LongAdder steps = new LongAdder();
    private final Map<String, LongAdder> finished = new ConcurrentHashMap<>();

    private volatile double kvCacheUsage;

    /**
     * Requests submitted and not yet started: what bounds the queue and what is shown as waiting,
     * one number, so that a queue shown empty has room.
     */
    private final AtomicInteger unstarted = new AtomicInteger();

    /** Requests started and not yet ended. */
    private final AtomicInteger running = new AtomicInteger();

    EngineMetrics() {
        for (String reason : new String[] {"stop", "length", "abort", "error"}) {
            finished.put(reason, new LongAdder());
        }
    }

    /**
     * Counts a request into the queue.
     *
     * @return false if the queue is full
     */
    boolean enter(int maxQueue) {
        while (true) {
            int now = unstarted.get();
            if (now >= maxQueue) {
                return false;
            }
            if (unstarted.compareAndSet(now, now + 1)) {
                return true;
            }
        }
    }

    /** A request left the queue for the batch; in this order, it is never in neither. */
    void started() {
        running.incrementAndGet();
        unstarted.decrementAndGet();
    }

    /** A step has computed so many tokens. */
    void step(int tokens) {
        steps.increment();
        tokensPerStep.add(tokens);
    }

    /**
     * The prompt of a request is about to be computed, as far as the cache does not hold it. Once
     * per request, whatever its choices have to compute again.
     */
    void prompt(int tokens) {
        promptTokens.add(tokens);
    }

    /** How much of a prompt was found in the prefix cache, in tokens, of one looked up there. */
    void prefix(int tokens, int found) {
        prefixQueries.add(tokens);
        prefixHits.add(found);
    }

    /**
     * @param sinceLastNanos since the token before it of the same choice, or -1
     */
    void token(Run run, long sinceLastNanos) {
        generationTokens.increment();
        if (sinceLastNanos >= 0) {
            interTokenLatency.add(sinceLastNanos / 1e9);
        } else if (run.claimFirstToken()) {
            timeToFirstToken.add(run.firstTokenNanos() / 1e9);
        }
    }

    void completed(Run run, Result result) {
        (run.started() ? running : unstarted).decrementAndGet();
        Timings t = result.timings();
        endToEnd.add(t.totalNanos() / 1e9);
        queueTime.add(t.queueNanos() / 1e9);
        inferenceTime.add((t.prefillNanos() + t.decodeNanos()) / 1e9);
        prefillTime.add(t.prefillNanos() / 1e9);
        decodeTime.add(t.decodeNanos() / 1e9);
        promptLengths.add(result.usage().promptTokens());
        generationLengths.add(result.usage().completionTokens());
        int longest =
                result.choices().stream().mapToInt(c -> c.tokenIds().length).max().orElseThrow();
        longestChoices.add(longest);
        timePerOutputToken.add(longest > 1 ? t.decodeNanos() / 1e9 / (longest - 1) : 0);
        paramsN.add(run.request.search().n());
        paramsMaxTokens.add(run.maxLength() - run.request.prompt().length);
        finished.get(Run.reason(result.choices().getFirst().finish())).increment();
    }

    void kvCacheUsage(double share) {
        kvCacheUsage = share;
    }

    EngineStats snapshot() {
        int waiting = unstarted.get(); // first: one that starts meanwhile is not missed
        Map<String, Long> ends = new TreeMap<>();
        finished.forEach((reason, count) -> ends.put(reason, count.sum()));
        return new EngineStats(
                running.get(),
                waiting,
                kvCacheUsage,
                promptTokens.sum(),
                generationTokens.sum(),
                prefixQueries.sum(),
                prefixHits.sum(),
                ends,
                steps.sum(),
                timeToFirstToken.snapshot(),
                interTokenLatency.snapshot(),
                timePerOutputToken.snapshot(),
                endToEnd.snapshot(),
                queueTime.snapshot(),
                inferenceTime.snapshot(),
                prefillTime.snapshot(),
                decodeTime.snapshot(),
                promptLengths.snapshot(),
                generationLengths.snapshot(),
                longestChoices.snapshot(),
                tokensPerStep.snapshot(),
                paramsN.snapshot(),
                paramsMaxTokens.snapshot());
    }
}
