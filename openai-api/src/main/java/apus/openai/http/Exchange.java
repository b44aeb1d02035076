package apus.openai.http;

import io.helidon.webserver.http.ServerRequest;
import java.time.Duration;
import java.util.concurrent.Future;

/**
 * What the server knows about one request beyond Helidon's view of it: its id, when it began, the
 * connection it came on and who watches it. Found again through the request's context. The id
 * belongs to the request's thread; watching is thread-safe.
 */
final class Exchange {
    private final Connection connection;
    private final RequestsInFlight inFlight;
    private final BodyBudget.Share body;
    private final Duration requestTimeout;
    private final long startNanos = System.nanoTime();
    private String id;
    private String argument = "";
    private boolean bodyBroken;
    private Future<?> timeout;
    private ClientWatch watch;

    /**
     * @param body what its body may take
     */
    Exchange(
            String id,
            Connection connection,
            RequestsInFlight inFlight,
            BodyBudget.Share body,
            Duration requestTimeout) {
        this.id = id;
        this.body = body;
        this.connection = connection;
        this.inFlight = inFlight;
        this.requestTimeout = requestTimeout;
    }

    static Exchange of(ServerRequest request) {
        return request.context()
                .get(Exchange.class)
                .orElseThrow(
                        () -> new IllegalStateException("request did not come by the dispatcher"));
    }

    String id() {
        return id;
    }

    void id(String chosen) {
        id = chosen;
    }

    /** What the path brings beyond its route, such as a model's id. */
    String argument() {
        return argument;
    }

    void argument(String fromPath) {
        argument = fromPath;
    }

    BodyBudget.Share body() {
        return body;
    }

    /** Whether reading the body failed within it. */
    boolean bodyBroken() {
        return bodyBroken;
    }

    void bodyBroken(boolean broken) {
        bodyBroken = broken;
    }

    long elapsedNanos() {
        return System.nanoTime() - startNanos;
    }

    Duration requestTimeout() {
        return requestTimeout;
    }

    /** Runs a task on the server's timer, which must not be held up. */
    Future<?> later(Duration delay, Runnable task) {
        return inFlight.later(delay, task);
    }

    Connection connection() {
        return connection;
    }

    void watch(ClientWatch started) {
        synchronized (this) {
            if (watch != null) {
                throw new IllegalStateException("request is already watched");
            }
            watch = started;
            timeout =
                    inFlight.later(
                            requestTimeout.minusNanos(elapsedNanos()),
                            () -> started.fire(ClientWatch.Cause.TIMED_OUT));
        }
        // Both may fire at once, if the cause was there before the watch.
        inFlight.add(started);
        connection.intake().onEnd(() -> started.fire(ClientWatch.Cause.CLIENT_GONE));
    }

    void unwatch(ClientWatch ended) {
        synchronized (this) {
            if (watch != ended) {
                return;
            }
            watch = null;
            timeout.cancel(false);
        }
        connection.intake().clearOnEnd();
        inFlight.remove(ended);
    }
}
