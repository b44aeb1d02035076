package apus.openai.http;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The requests being answered, so that a server can wait for them and, in the end, stop them. */
final class RequestsInFlight implements AutoCloseable {
    private final ScheduledThreadPoolExecutor timer =
            new ScheduledThreadPoolExecutor(
                    1, Thread.ofPlatform().daemon().name("apus-http-timer").factory());
    private final Set<ClientWatch> watches = new HashSet<>();
    private int running;
    private boolean stopped;

    RequestsInFlight() {
        // Most timeouts are cancelled; without this each would stay until its hour has passed.
        timer.setRemoveOnCancelPolicy(true);
    }

    synchronized void begin() {
        running++;
    }

    synchronized void end() {
        running--;
        notifyAll();
    }

    Future<?> later(Duration delay, Runnable task) {
        return timer.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    void add(ClientWatch watch) {
        boolean late;
        synchronized (this) {
            watches.add(watch);
            late = stopped;
        }
        if (late) {
            watch.fire(ClientWatch.Cause.SHUTTING_DOWN);
        }
    }

    synchronized void remove(ClientWatch watch) {
        watches.remove(watch);
    }

    /** Tells all that are watched, now and later, that the server will not wait. */
    void stop() {
        List<ClientWatch> now;
        synchronized (this) {
            stopped = true;
            now = List.copyOf(watches);
        }
        for (ClientWatch watch : now) {
            watch.fire(ClientWatch.Cause.SHUTTING_DOWN);
        }
    }

    /** Waits until no request runs; false if one still does after the time. */
    synchronized boolean awaitNone(Duration atMost) throws InterruptedException {
        long end = System.nanoTime() + atMost.toNanos();
        while (running > 0) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return true;
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
