package apus.openai.hub;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;

/**
 * Tries again what failed for a reason that may pass: a cut connection, a busy server. Bounded: so
 * many failures in a row without progress between them, and it is over.
 */
final class Retry {
    /** Less than this between two failures is no progress: a drip must not keep it going. */
    private static final long PROGRESS_BYTES = 1 << 20;

    private final Patience patience;

    Retry(Patience patience) {
        this.patience = patience;
    }

    /** One go. An {@link IOException} may pass, anything else is final. */
    @FunctionalInterface
    interface Attempt<T> {
        T run() throws IOException, InterruptedException;
    }

    /** Tries something that makes no progress short of success. */
    <T> T run(String what, Attempt<T> attempt) {
        return run(what, () -> 0, attempt);
    }

    /**
     * @param what for the message, {@code org/name: config.json}
     * @param position grows with progress
     * @throws HubException if it is given up, or the thread is interrupted
     */
    <T> T run(String what, LongSupplier position, Attempt<T> attempt) {
        int failures = 0;
        long reached = position.getAsLong();
        while (true) {
            try {
                return attempt.run();
            } catch (InterruptedException e) {
                throw interrupted(what, e);
            } catch (IOException e) {
                // An interrupt surfaces as any kind of failed read.
                if (Thread.currentThread().isInterrupted()) {
                    throw interrupted(what, e);
                }
                long now = position.getAsLong();
                if (now - reached >= PROGRESS_BYTES) {
                    failures = 0;
                    reached = now;
                }
                failures++;
                if (failures >= patience.attempts()) {
                    throw new HubException(
                            what + ": " + reason(e) + "; given up after " + failures + " attempts",
                            e);
                }
                pause(what, e, failures);
            }
        }
    }

    private void pause(String what, IOException e, int failures) {
        Optional<Duration> asked =
                e instanceof TransientFailure failure ? failure.asked() : Optional.empty();
        asked.filter(wait -> wait.compareTo(patience.longestAsked()) > 0)
                .ifPresent(wait -> {
                    throw new HubException(
                            what
                                    + ": "
                                    + reason(e)
                                    + "; it asks to wait "
                                    + wait.toSeconds()
                                    + " s, so try again then",
                            e);
                });
        try {
            Thread.sleep(asked.orElseGet(() -> scattered(patience.wait(failures))));
        } catch (InterruptedException interrupt) {
            throw interrupted(what, interrupt);
        }
    }

    /** Connections that broke together must not come back together. */
    private static Duration scattered(Duration wait) {
        return wait.plusMillis(ThreadLocalRandom.current().nextLong(wait.toMillis() / 4 + 1));
    }

    private static HubException interrupted(String what, Exception e) {
        Thread.currentThread().interrupt();
        return new HubException(what + ": interrupted; what has come is kept", e);
    }

    /** The JDK's messages may repeat what a server sent. */
    private static String reason(IOException e) {
        return e instanceof TransientFailure
                ? e.getMessage()
                : e.getClass().getSimpleName()
                        + (e.getMessage() == null
                                ? ""
                                : " (" + Printable.text(e.getMessage()) + ")");
    }
}
