package apus.openai.hub;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** A bounded number of threads; the first failure calls all of them off. */
final class Crew implements AutoCloseable {
    private static final long FAREWELL_SECONDS = 10;

    private final ExecutorService threads;

    Crew(int size) {
        threads =
                Executors.newFixedThreadPool(
                        size, Thread.ofPlatform().daemon().name("apus-hub-", 1).factory());
    }

    /**
     * Runs all tasks.
     *
     * @return the results, in the order of the tasks
     * @throws HubException the first failure, or if this thread is interrupted; no further task can
     *     be run then
     */
    <T> List<T> run(List<? extends Callable<T>> tasks) {
        CompletionService<T> completions = new ExecutorCompletionService<>(threads);
        List<Future<T>> futures = new ArrayList<>();
        tasks.forEach(task -> futures.add(completions.submit(task)));
        try {
            for (int i = 0; i < tasks.size(); i++) {
                completions.take().get();
            }
            List<T> results = new ArrayList<>();
            for (Future<T> future : futures) {
                results.add(future.get());
            }
            return results;
        } catch (ExecutionException e) {
            close();
            if (e.getCause() instanceof Error failure) {
                throw failure;
            }
            throw e.getCause() instanceof RuntimeException failure
                    ? failure
                    : new HubException("the download failed: " + e.getCause(), e.getCause());
        } catch (InterruptedException e) {
            close();
            Thread.currentThread().interrupt();
            throw new HubException("interrupted; what has come is kept", e);
        }
    }

    /** Interrupts what still runs, and waits for it to let go of its files. */
    @Override
    public void close() {
        threads.shutdownNow();
        boolean interrupted = Thread.interrupted();
        try {
            if (!threads.awaitTermination(FAREWELL_SECONDS, TimeUnit.SECONDS)) {
                System.getLogger(Crew.class.getName())
                        .log(System.Logger.Level.WARNING, "a download does not end");
            }
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
