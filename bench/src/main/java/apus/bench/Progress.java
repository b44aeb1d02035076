package apus.bench;

import java.util.concurrent.atomic.AtomicInteger;

/** Tells the readers of one run when they have seen enough. Thread-safe. */
final class Progress {
    private final Load load;
    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger done = new AtomicInteger();

    // Each reader touches its own elements only.
    private final boolean[] started;
    private final boolean[] full;
    private final int[] target;

    Progress(Load load) {
        this.load = load;
        this.started = new boolean[load.concurrency()];
        this.full = new boolean[load.concurrency()];
        this.target = new int[load.concurrency()];
    }

    /**
     * Called by one reader per number, after it has read {@code count} tokens. Nobody stops before
     * all have what is to be measured: a batch that shrinks would be another load.
     */
    boolean enough(int number, int count) {
        if (!started[number]) {
            started[number] = true;
            begun.incrementAndGet();
        }
        if (target[number] == 0 && begun.get() == load.concurrency()) {
            target[number] = count + load.generateTokens() - 1;
        }
        if (!full[number] && target[number] > 0 && count >= target[number]) {
            full[number] = true;
            done.incrementAndGet();
        }
        return done.get() == load.concurrency();
    }
}
