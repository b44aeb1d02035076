package apus.runtime;

import apus.kernels.Batch;
import apus.kernels.DeviceException;
import apus.kernels.Executor;
import apus.kernels.Logits;
import apus.runtime.sample.SampleBuffers;
import apus.runtime.sched.BlockPool;
import apus.runtime.sched.Scheduler;
import apus.runtime.sched.Sequence;
import apus.runtime.sched.Step;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Continuous batching: the requests under way, and the step that they share. Plans a step, runs it
 * and lets every request take its rows. Engine thread only, unless said otherwise.
 */
final class Batcher {
    private static final System.Logger LOG = System.getLogger(Batcher.class.getName());

    private final Executor executor;
    private final EngineMetrics stats;
    private final int maxConcurrency;
    private final BlockPool pool;
    private final Scheduler scheduler;
    private final Batch batch;
    private final Step step;
    private final SampleBuffers buffers;

    private final ArrayDeque<Run> queued = new ArrayDeque<>();
    private final Set<Run> active = new LinkedHashSet<>();
    private final Map<Sequence, Run> owners = new HashMap<>();

    /**
     * Sizes of the step's buffers.
     *
     * @param maxTokens tokens of a batch
     * @param maxSequences places in a batch
     * @param maxLogitRows rows of logits
     * @param restartLength see {@link Scheduler}
     * @param window see {@link Scheduler}
     */
    record Sizes(
            int maxTokens, int maxSequences, int maxLogitRows, int restartLength, int window) {}

    Batcher(
            Executor executor,
            ModelInfo model,
            Sizes sizes,
            EngineOptions options,
            EngineMetrics stats) {
        this.executor = executor;
        this.stats = stats;
        this.maxConcurrency =
                options.maxConcurrency() == 0 ? Integer.MAX_VALUE : options.maxConcurrency();
        int blockSize = model.blockSize();
        this.pool = new BlockPool(model.kvBlocks() + 1);
        this.scheduler =
                new Scheduler(
                        pool,
                        blockSize,
                        sizes.maxTokens(),
                        sizes.maxSequences(),
                        sizes.maxLogitRows(),
                        options.chunkedPrefill(),
                        sizes.restartLength(),
                        sizes.window(),
                        options.prefixCaching());
        int blocksPerSequence = (model.maxModelLen() + blockSize - 1) / blockSize;
        this.batch =
                new Batch(
                        sizes.maxTokens(),
                        sizes.maxSequences(),
                        sizes.maxLogitRows(),
                        blocksPerSequence);
        this.step = new Step(sizes.maxSequences());
        this.buffers = new SampleBuffers(model.vocabSize());
    }

    /** Whether a sequence could run if it had the machine to itself; any thread. */
    boolean canEverRun(Sequence s) {
        return scheduler.canEverRun(s);
    }

    /** Scratch for one row at a time. */
    SampleBuffers buffers() {
        return buffers;
    }

    EngineMetrics stats() {
        return stats;
    }

    /** Puts a request behind those that wait. */
    void enqueue(Run run) {
        queued.add(run);
    }

    /** Takes a request out of the queue; false if it is not in there. */
    boolean dequeue(Run run) {
        return queued.remove(run);
    }

    boolean idle() {
        return active.isEmpty() && queued.isEmpty();
    }

    void add(Sequence s, Run run) {
        owners.put(s, run);
        scheduler.add(s);
    }

    Sequence fork(Sequence s, Run run) {
        Sequence fork = scheduler.fork(s);
        owners.put(fork, run);
        return fork;
    }

    void remove(Sequence s) {
        scheduler.finish(s);
        owners.remove(s);
    }

    void completed(Run run, Result result) {
        active.remove(run);
        stats.completed(run, result);
        publishCacheUsage();
    }

    /** Lets waiting requests begin as far as concurrency allows. */
    void startQueued() {
        while (!queued.isEmpty() && active.size() < maxConcurrency) {
            Run run = queued.poll();
            active.add(run);
            run.begin();
        }
    }

    /**
     * Plans and runs one step.
     *
     * @return false if there was nothing to compute
     * @throws DeviceException if the device is lost
     */
    boolean step() {
        boolean work = planned();
        if (work) {
            runStep();
        }
        publishCacheUsage();
        return work;
    }

    private boolean planned() {
        boolean work = scheduler.plan(batch, step);
        long now = System.nanoTime();
        for (int i = 0; i < step.count(); i++) {
            Sequence s = step.sequence(i);
            Run run = owners.get(s);
            if (!run.started()) {
                run.scheduled(now, s.cached());
                stats.started();
                stats.prompt(s.promptLength());
                if (s.lookedUp()) {
                    stats.prefix(s.promptLength(), s.cached());
                }
            }
        }
        return work;
    }

    private void runStep() {
        Logits logits;
        try {
            logits = executor.forward(batch);
        } catch (DeviceException e) {
            throw e;
        } catch (RuntimeException e) {
            // What the step wrote is unknown, so its sequences are lost; the others are not.
            LOG.log(System.Logger.Level.ERROR, "a step failed", e);
            for (Run run : runsOfStep()) {
                run.abort(new Finish.Failed(e));
            }
            return;
        }
        scheduler.commit(step);
        stats.step(batch.tokens);
        for (int i = 0; i < step.count(); i++) {
            Sequence s = step.sequence(i);
            Run run = owners.get(s);
            if (run == null) {
                continue; // ended by another row of this step
            }
            try {
                read(run, s, i, logits);
            } catch (RuntimeException e) {
                // One request's trouble (all of its tokens forbidden) is nobody else's.
                run.abort(new Finish.Failed(e));
            }
        }
    }

    private void read(Run run, Sequence s, int i, Logits logits) {
        int rows = step.rows(i);
        if (run.request.logprobs().wantsPrompt() && rows > 0) {
            run.readPrompt(s, logits, step.firstRow(i), rows);
        }
        if (step.reachedEnd(i)) {
            run.advance(s, logits.row(step.firstRow(i) + rows - 1));
        }
    }

    private Set<Run> runsOfStep() {
        Set<Run> runs = new LinkedHashSet<>();
        for (int i = 0; i < step.count(); i++) {
            runs.add(owners.get(step.sequence(i)));
        }
        return runs;
    }

    private void publishCacheUsage() {
        double used = pool.usable() - pool.free();
        stats.kvCacheUsage(used / pool.usable());
    }

    /** Ends everything that runs or waits. */
    void endAll(Finish why) {
        for (Run run : new ArrayList<>(active)) {
            run.abort(why);
        }
        while (!queued.isEmpty()) {
            refuse(queued.poll(), why);
        }
    }

    /** Ends a request that never ran. */
    static void refuse(Run run, Finish why) {
        run.begin();
        if (!run.done()) {
            run.abort(why);
        }
    }

    /** Blocks, places and sequences in use; for tests, when the engine is idle or closed. */
    String leftovers() {
        return "blocks "
                + (pool.usable() - pool.free())
                + ", running "
                + scheduler.running()
                + ", waiting "
                + scheduler.waiting()
                + ", owners "
                + owners.size()
                + ", active "
                + active.size()
                + ", queued "
                + queued.size();
    }
}
