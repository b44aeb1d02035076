package apus.openai.http;

import apus.openai.ApiException;
import io.helidon.webserver.http.ServerRequest;
import java.time.Duration;
import java.util.Optional;

/**
 * Tells a handler, once, that its work has become useless: the client has left, the request has
 * taken longer than it may, or the server has waited long enough at its end. Opened when the body
 * has been read, closed by the handler's thread when the answer is complete.
 *
 * <pre>{@code
 * try (Generation g = engine.submit(...);
 *         ClientWatch watch = ClientWatch.watch(request, g::cancel)) {
 *     Result result = g.await();
 *     watch.check();
 *     ...
 * }
 * }</pre>
 */
public final class ClientWatch implements AutoCloseable {
    /** Why nobody wants the answer. */
    public enum Cause {
        CLIENT_GONE,
        TIMED_OUT,
        SHUTTING_DOWN
    }

    private final Exchange exchange;
    private final Runnable onGone;
    private Cause cause;
    private boolean closed;

    private ClientWatch(Exchange exchange, Runnable onGone) {
        this.exchange = exchange;
        this.onGone = onGone;
    }

    /**
     * Starts watching. One watch per request at a time.
     *
     * @param onGone called at most once, from any thread, possibly before this method returns,
     *     never after {@link #close}; must return at once
     */
    public static ClientWatch watch(ServerRequest request, Runnable onGone) {
        Exchange exchange = Exchange.of(request);
        ClientWatch watch = new ClientWatch(exchange, onGone);
        exchange.watch(watch);
        return watch;
    }

    /** Why the work has become useless; empty while it has not. */
    public synchronized Optional<Cause> cause() {
        return Optional.ofNullable(cause);
    }

    /**
     * Returns if the answer is still wanted.
     *
     * @throws ClientGoneException if the client has left
     * @throws ApiException 408 or 503, to be sent or put into the stream
     */
    public void check() {
        Optional<Cause> now = cause();
        if (now.isPresent()) {
            throw switch (now.get()) {
                case CLIENT_GONE -> new ClientGoneException();
                case TIMED_OUT ->
                        ApiException.refused(
                                408,
                                "timeout_error",
                                "request_timeout",
                                "The request took longer than the "
                                        + exchange.requestTimeout().toSeconds()
                                        + " s that one request may take.");
                case SHUTTING_DOWN ->
                        ApiException.later(
                                503,
                                "server_error",
                                "shutting_down",
                                "The server shut down before the answer was complete.",
                                Duration.ofSeconds(5));
            };
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        exchange.unwatch(this);
    }

    /** Reports a cause; only the first one counts. */
    void fire(Cause why) {
        // The callback runs under the lock so that none can start after close() has returned.
        synchronized (this) {
            if (closed || cause != null) {
                return;
            }
            cause = why;
            onGone.run();
        }
    }
}
