package apus.runtime;

import apus.format.token.Tokenizer;
import apus.kernels.Executor;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * The engine thread: takes commands and lets the {@link Batcher} run step after step. Owns the
 * executor, the batcher and all runs; other threads reach them through the command queue only.
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
    private final EngineMetrics stats = new EngineMetrics();
    private final Batcher batcher;

    private final ConcurrentLinkedQueue<Command> commands = new ConcurrentLinkedQueue<>();
    private final Thread thread;
    private volatile Engine.State state = Engine.State.RUNNING;
    private volatile boolean ended;
    private long deadline;

    EngineLoop(
            Executor executor,
            Tokenizer tokenizer,
            ModelInfo model,
            Batcher.Sizes sizes,
            EngineOptions options,
            Runnable whenClosed) {
        this.executor = executor;
        this.tokenizer = tokenizer;
        this.model = model;
        this.eosIds = model.eosIds().stream().mapToInt(i -> i).toArray();
        this.batcher = new Batcher(executor, model, sizes, options, stats);
        this.thread =
                Thread.ofPlatform().name("apus-engine").daemon().unstarted(() -> work(whenClosed));
    }

    void start() {
        thread.start();
    }

    /** Enqueues a new request; any thread. */
    void submit(Run run) {
        command(() -> {
            if (state == Engine.State.RUNNING) {
                batcher.enqueue(run);
            } else {
                Batcher.refuse(run, new Finish.Failed(refusal()));
            }
        });
    }

    /** Asks for a request's end; any thread. */
    void cancel(Run run) {
        command(() -> {
            if (!run.done()) {
                if (batcher.dequeue(run)) {
                    run.begin();
                }
                if (!run.done()) {
                    run.abort(new Finish.Cancelled("cancelled by the caller"));
                }
            }
        });
    }

    /**
     * Lets running work go on for a while, then ends the thread; returns when it has ended. Any
     * thread.
     */
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

    /** For the engine thread, but for what it says of any. */
    Batcher batcher() {
        return batcher;
    }

    /** Why nothing is taken any more. */
    CapacityException refusal() {
        return state == Engine.State.DEAD
                ? new CapacityException(
                        CapacityException.Reason.ENGINE_DEAD, "The engine has failed.")
                : new CapacityException(
                        CapacityException.Reason.SHUTTING_DOWN, "The engine is shutting down.");
    }

    private void work(Runnable whenClosed) {
        try {
            while (true) {
                drain();
                batcher.startQueued();
                if (closingIsOver()) {
                    break;
                }
                if (!batcher.step() && commands.isEmpty()) {
                    waitForWork();
                }
            }
        } catch (Throwable t) {
            die(t);
        } finally {
            executor.close();
            whenClosed.run();
            batcher.endAll(new Finish.Failed(refusal()));
            ended = true;
            drainAfterEnd();
        }
    }

    private void drain() {
        for (Command c = commands.poll(); c != null; c = commands.poll()) {
            c.run();
        }
    }

    private boolean closingIsOver() {
        if (state != Engine.State.CLOSING) {
            return false;
        }
        if (System.nanoTime() - deadline >= 0) {
            batcher.endAll(new Finish.Failed(refusal()));
        }
        if (batcher.idle()) {
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

    private void die(Throwable t) {
        LOG.log(System.Logger.Level.ERROR, "the engine has failed and takes no more requests", t);
        state = Engine.State.DEAD;
        try {
            batcher.endAll(new Finish.Failed(refusal()));
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "while telling the requests", e);
        }
    }
}
