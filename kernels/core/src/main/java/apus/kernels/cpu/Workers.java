package apus.kernels.cpu;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A fixed pool that runs one task at a time on all threads together. The caller is worker 0;
 * workers 1 and up are platform threads {@code apus-compute-N}. {@link #run} allocates nothing.
 *
 * <p>Between tasks a worker spins briefly, since the next operation of a step follows within
 * microseconds, and then parks: an idle server must not burn a core, and on a shared machine a
 * spinning thread takes time from the one it waits for.
 */
final class Workers implements AutoCloseable {
    /** One part of a task. Implementations are preallocated and keep their arguments in fields. */
    interface Body {
        /** Does the share of {@code worker} out of {@code workers}; called once per worker. */
        void run(int worker, int workers);
    }

    private static final int SPINS = 2_000;

    private final Thread[] threads;

    // Written by the caller before `round` is raised, read by workers after they saw it.
    private Body body;
    private volatile int round;
    private volatile boolean closed;

    // One slot per worker, a cache line apart: the last round it has finished.
    private final PaddedInt[] done;
    private final AtomicInteger next = new AtomicInteger();
    private volatile Throwable failure;
    private volatile Thread caller;

    /** A counter alone on its cache line. */
    @SuppressWarnings("unused")
    private static final class PaddedInt {
        long p1;
        long p2;
        long p3;
        long p4;
        long p5;
        long p6;
        long p7;
        volatile int value;
        volatile boolean parked;
        long q1;
        long q2;
        long q3;
        long q4;
        long q5;
        long q6;
        long q7;
    }

    Workers(int workers) {
        threads = new Thread[workers - 1];
        done = new PaddedInt[workers];
        for (int i = 0; i < workers; i++) {
            done[i] = new PaddedInt();
        }
        for (int i = 1; i < workers; i++) {
            int worker = i;
            threads[i - 1] =
                    Thread.ofPlatform()
                            .name("apus-compute-" + i)
                            .daemon()
                            .start(() -> work(worker));
        }
    }

    /** Number of workers, the calling thread included. */
    int count() {
        return done.length;
    }

    /**
     * Runs the body on every worker and returns when all have finished. Rethrows what a worker
     * threw.
     */
    void run(Body task) {
        if (threads.length == 0) {
            alone(task);
            return;
        }
        next.set(0);
        body = task;
        caller = Thread.currentThread();
        int now = round + 1;
        round = now;
        for (int i = 1; i < done.length; i++) {
            if (done[i].parked) {
                LockSupport.unpark(threads[i - 1]);
            }
        }
        try {
            task.run(0, done.length);
        } catch (Throwable t) {
            failure = t;
        }
        for (int i = 1; i < done.length; i++) {
            awaitDone(done[i], now);
        }
        Throwable thrown = failure;
        if (thrown != null) {
            failure = null;
            throw sneaky(thrown);
        }
    }

    /** Runs the body on the calling thread only, for work too small to share. */
    void alone(Body task) {
        next.set(0);
        task.run(0, 1);
    }

    /**
     * The next item of the task under way: 0, 1 and so on, each given once. For a body that takes
     * its share piece by piece, so that a thread that lost its core for a while holds up one piece
     * and not a whole share.
     */
    int claim() {
        return next.getAndIncrement();
    }

    private void awaitDone(PaddedInt slot, int now) {
        int spins = 0;
        while (slot.value != now) {
            if (++spins < SPINS) {
                Thread.onSpinWait();
            } else {
                done[0].parked = true;
                if (slot.value != now) {
                    LockSupport.park(this);
                }
                done[0].parked = false;
            }
        }
    }

    private void work(int worker) {
        PaddedInt slot = done[worker];
        int seen = 0;
        while (true) {
            int spins = 0;
            while (round == seen && !closed) {
                if (++spins < SPINS) {
                    Thread.onSpinWait();
                } else {
                    slot.parked = true;
                    // Looked at again after announcing the park, or a round begun in between would
                    // be slept through.
                    if (round == seen && !closed) {
                        LockSupport.park(this);
                    }
                    slot.parked = false;
                }
            }
            if (closed) {
                return;
            }
            seen = round;
            try {
                body.run(worker, done.length);
            } catch (Throwable t) {
                failure = t;
            }
            slot.value = seen;
            if (done[0].parked) {
                LockSupport.unpark(caller);
            }
        }
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <T extends Throwable> RuntimeException sneaky(Throwable t) throws T {
        throw (T) t;
    }

    /** Ends the threads. Not to be called while a task runs. */
    @Override
    public void close() {
        closed = true;
        for (Thread thread : threads) {
            LockSupport.unpark(thread);
        }
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * First item of a worker's share when {@code n} items are dealt out evenly and contiguously.
     */
    static int share(int n, int worker, int workers) {
        return (int) ((long) n * worker / workers);
    }
}
