package apus.runtime;

import apus.format.token.Tokenizer;
import apus.kernels.Batch;
import apus.kernels.DeviceException;
import apus.kernels.Executor;
import apus.kernels.Logits;
import apus.runtime.sample.SampleBuffers;
import apus.runtime.sched.BlockPool;
import apus.runtime.sched.Scheduler;
import apus.runtime.sched.Sequence;
import apus.runtime.sched.Step;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * The engine thread: takes commands, plans a step, runs it, and lets every request take its rows.
 * Owns the executor, the scheduler and all runs; other threads reach it through the command queue
 * only.
 */
final class EngineLoop {
    private static final System.Logger LOG = System.getLogger(EngineLoop.class.getName());

    /** What another thread may ask for; run on the engine thread. */
    private interface Command {
        void run();
    }

    private final Executor executor;
    private final Tokenizer tokenizer;
    private final ModelInfo model;
    private final int[] eosIds;
    private final int maxConcurrency;
    private final Scheduler scheduler;
    private final BlockPool pool;
    private final Batch batch;
    private final Step step;
    private final SampleBuffers buffers;
    private final EngineMetrics stats = new EngineMetrics();

    private final ConcurrentLinkedQueue<Command> commands = new ConcurrentLinkedQueue<>();
    private final Thread thread;
    private volatile Engine.State state = Engine.State.RUNNING;
    private volatile boolean ended;
    private long deadline;

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
     */
    record Sizes(int maxTokens, int maxSequences, int maxLogitRows, int restartLength) {}

    EngineLoop(
            Executor executor,
            Tokenizer tokenizer,
            ModelInfo model,
            Sizes sizes,
            EngineOptions options,
            Runnable whenClosed) {
        this.executor = executor;
        this.tokenizer = tokenizer;
        this.model = model;
        this.eosIds = model.eosIds().stream().mapToInt(i -> i).toArray();
        this.maxConcurrency =
                options.maxConcurrency() == 0 ? Integer.MAX_VALUE : options.maxConcurrency();
        int blockSize = model.blockSize();
        this.pool = new BlockPool(model.kvBlocks() + 1);
        this.scheduler =
                new Scheduler(
                        pool,
                        blockSize,
                        sizes.maxSequences(),
                        sizes.maxLogitRows(),
                        options.chunkedPrefill(),
                        sizes.restartLength(),
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
        this.thread =
                Thread.ofPlatform().name("apus-engine").daemon().unstarted(() -> work(whenClosed));
    }

    void start() {
        thread.start();
    }

    // ---- any thread

    /** Enqueues a new request. */
    void submit(Run run) {
        command(() -> {
            if (state == Engine.State.RUNNING) {
                queued.add(run);
            } else {
                refuse(run);
            }
        });
    }

    /** Asks for a request's end. */
    void cancel(Run run) {
        command(() -> {
            if (!run.done()) {
                if (queued.remove(run)) {
                    run.begin();
                }
                if (!run.done()) {
                    run.abort(new Finish.Cancelled("cancelled by the caller"));
                }
            }
        });
    }

    /** Lets running work go on for a while, then ends the thread; returns when it has ended. */
    void close(Duration grace) {
        command(() -> {
            if (state == Engine.State.RUNNING) {
                state = Engine.State.CLOSING;
                deadline = System.nanoTime() + grace.toNanos();
            }
        });
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void command(Command command) {
        commands.add(command);
        LockSupport.unpark(thread);
        if (ended) {
            drainAfterEnd();
        }
    }

    /** Whoever came after the engine thread's last look at the queue answers himself. */
    private synchronized void drainAfterEnd() {
        drain();
    }

    Engine.State state() {
        return state;
    }

    EngineMetrics stats() {
        return stats;
    }

    ModelInfo model() {
        return model;
    }

    Tokenizer tokenizer() {
        return tokenizer;
    }

    int vocab() {
        return model.vocabSize();
    }

    int maxModelLen() {
        return model.maxModelLen();
    }

    /** Not to be changed. */
    int[] eosIds() {
        return eosIds;
    }

    /** Whether a sequence could run if it had the machine to itself; any thread. */
    boolean canEverRun(Sequence s) {
        return scheduler.canEverRun(s);
    }

    /** Why nothing is taken any more. */
    CapacityException refusal() {
        return state == Engine.State.DEAD
                ? new CapacityException(
                        CapacityException.Reason.ENGINE_DEAD, "The engine has failed.")
                : new CapacityException(
                        CapacityException.Reason.SHUTTING_DOWN, "The engine is shutting down.");
    }

    // ---- engine thread

    SampleBuffers buffers() {
        return buffers;
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
        publishGauges();
    }

    private void work(Runnable whenClosed) {
        try {
            while (true) {
                drain();
                startQueued();
                if (closingIsOver()) {
                    break;
                }
                if (!planned()) {
                    publishGauges();
                    if (commands.isEmpty()) {
                        waitForWork();
                    }
                    continue;
                }
                runStep();
            }
        } catch (Throwable t) {
            die(t);
        } finally {
            executor.close();
            whenClosed.run();
            failAll(new Finish.Failed(refusal()));
            ended = true;
            drainAfterEnd();
        }
    }

    private void drain() {
        for (Command c = commands.poll(); c != null; c = commands.poll()) {
            c.run();
        }
    }

    private void startQueued() {
        while (!queued.isEmpty() && active.size() < maxConcurrency) {
            Run run = queued.poll();
            active.add(run);
            run.begin();
        }
    }

    private boolean closingIsOver() {
        if (state != Engine.State.CLOSING) {
            return false;
        }
        if (System.nanoTime() - deadline >= 0) {
            failAll(new Finish.Failed(refusal()));
        }
        if (active.isEmpty() && queued.isEmpty()) {
            state = Engine.State.CLOSED;
            return true;
        }
        return false;
    }

    private void waitForWork() {
        if (state == Engine.State.CLOSING) {
            LockSupport.parkNanos(this, Math.max(1, deadline - System.nanoTime()));
        } else {
            LockSupport.park(this);
        }
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
                stats.prefix(s.promptLength(), s.cached());
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
        stats.step(batch.tokens, promptTokens());
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
        publishGauges();
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

    private int promptTokens() {
        int count = 0;
        for (int i = 0; i < step.count(); i++) {
            Sequence s = step.sequence(i);
            int before = s.computed() - step.tokens(i);
            count += Math.max(0, Math.min(s.computed(), s.promptLength()) - before);
        }
        return count;
    }

    private Set<Run> runsOfStep() {
        Set<Run> runs = new LinkedHashSet<>();
        for (int i = 0; i < step.count(); i++) {
            runs.add(owners.get(step.sequence(i)));
        }
        return runs;
    }

    private void publishGauges() {
        int started = 0;
        for (Run run : active) {
            if (run.started()) {
                started++;
            }
        }
        double used = pool.usable() - pool.free();
        stats.gauges(started, active.size() - started + queued.size(), used / pool.usable());
    }

    private void failAll(Finish why) {
        List<Run> all = new ArrayList<>(active);
        for (Run run : all) {
            run.abort(why);
        }
        while (!queued.isEmpty()) {
            refuse(queued.poll());
        }
    }

    /** Ends a request that never ran. */
    private void refuse(Run run) {
        run.begin();
        if (!run.done()) {
            run.abort(new Finish.Failed(refusal()));
        }
    }

    private void die(Throwable t) {
        LOG.log(System.Logger.Level.ERROR, "the engine has failed and takes no more requests", t);
        state = Engine.State.DEAD;
        try {
            failAll(new Finish.Failed(refusal()));
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "while telling the requests", e);
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
