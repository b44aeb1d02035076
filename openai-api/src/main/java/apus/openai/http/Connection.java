package apus.openai.http;

import apus.openai.HttpSettings;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.common.socket.SocketContext;
import io.helidon.common.task.InterruptableTask;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.io.UncheckedIOException;
import java.time.Duration;

/**
 * One connection: Helidon's own HTTP/1.1 connection with our {@link Intake} before it, so that
 * reads have time limits and the client's leaving is seen. A request finds its connection through
 * {@link #current}, since Helidon runs every request on the thread of its connection.
 */
final class Connection implements ServerConnection, InterruptableTask<Void> {
    private static final ScopedValue<Connection> CURRENT = ScopedValue.newInstance();

    private final WatchedContext context;
    private final ServerConnection http;
    private final Runnable onEnd;

    private Connection(WatchedContext context, ServerConnection http, Runnable onEnd) {
        this.context = context;
        this.http = http;
        this.onEnd = onEnd;
    }

    /**
     * Puts an intake before a connection.
     *
     * @param onEnd run when the connection is done with
     */
    static Connection open(
            ConnectionContext helidon,
            ServerConnectionSelector http,
            HttpSettings settings,
            Runnable onEnd) {
        Intake intake =
                new Intake(
                        helidon.serverSocket(),
                        settings.bodyTimeout(),
                        settings.idleTimeout(),
                        settings.requestTimeout(),
                        wireLimit(settings));
        WatchedContext context = new WatchedContext(helidon, intake);
        return new Connection(context, http.connection(context), onEnd);
    }

    /**
     * Chunk sizes and their line ends come on top of a body, and a chunk's size line has no limit
     * of its own in Helidon. Twice the body is more than any sane chunking needs.
     */
    private static long wireLimit(HttpSettings settings) {
        return 2 * settings.maxBodyBytes() + settings.maxHeaderBytes() + (64 << 10);
    }

    /** The connection whose request the calling thread handles. */
    static Connection current() {
        return CURRENT.get();
    }

    Intake intake() {
        return context.intake();
    }

    @Override
    public void handle(Limit limit) throws InterruptedException {
        Intake intake = context.intake();
        intake.start();
        try {
            ScopedValue.where(CURRENT, this)
                    .call(() -> {
                        http.handle(limit);
                        return null;
                    });
            intake.linger();
        } finally {
            intake.abandon();
            onEnd.run();
        }
    }

    /**
     * How long a write has been stuck: Helidon closes what exceeds the idle time. Everything else
     * has its time limit in the intake or in the request; in particular, Helidon's own notion would
     * close a connection whose one request computes for longer than the idle time.
     */
    @Override
    public Duration idleTime() {
        return context.stuck();
    }

    @Override
    public void close(boolean interrupt) {
        if (!context.stuck().isZero()) {
            try {
                context.serverSocket().close();
            } catch (UncheckedIOException e) {
                // Closed by the client in this moment, which is as good.
            }
        }
        http.close(interrupt);
    }

    @Override
    public boolean canInterrupt() {
        return http instanceof InterruptableTask<?> task && task.canInterrupt();
    }

    /** For logs. */
    SocketContext socket() {
        return context;
    }
}
