package apus.openai.http;

import apus.openai.HttpSettings;
import io.helidon.common.buffers.BufferData;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Takes every connection as HTTP/1.1, and those beyond the limit only to tell them so. Helidon's
 * own limit would leave them unanswered in the backlog.
 */
final class ConnectionGate implements ServerConnectionSelector {
    /** Connections beyond the limit that may be told so at one time; more wait in the backlog. */
    static final int TURNED_AWAY = 64;

    private final ServerConnectionSelector http;
    private final HttpSettings settings;
    private final AtomicInteger open;

    /**
     * @param open counts connections, over all addresses
     */
    ConnectionGate(ServerConnectionSelector http, HttpSettings settings, AtomicInteger open) {
        this.http = http;
        this.settings = settings;
        this.open = open;
    }

    @Override
    public ServerConnection connection(ConnectionContext ctx) {
        if (open.incrementAndGet() > settings.maxConnections()) {
            return new Refusal(ctx, open);
        }
        return Connection.open(ctx, http, settings, open::decrementAndGet);
    }

    @Override
    public int bytesToIdentifyConnection() {
        return 0;
    }

    @Override
    public Support supports(BufferData data) {
        return Support.SUPPORTED;
    }

    @Override
    public Set<String> supportedApplicationProtocols() {
        return http.supportedApplicationProtocols();
    }

    /** Answers whatever comes with 503 and closes. */
    private record Refusal(ConnectionContext ctx, AtomicInteger open) implements ServerConnection {
        private static final Duration PATIENCE = Duration.ofSeconds(2);

        @Override
        public void handle(Limit limit) {
            Intake intake =
                    new Intake(ctx.serverSocket(), PATIENCE, PATIENCE, PATIENCE, Long.MAX_VALUE);
            intake.start();
            try {
                // An answer sent before the request is reset away together with the request.
                byte[] unused = intake.get();
                assert unused.length > 0;
                ctx.dataWriter().writeNow(RefusedRequests.tooManyConnections());
                intake.linger();
            } finally {
                intake.abandon();
                open.decrementAndGet();
            }
        }

        @Override
        public Duration idleTime() {
            return Duration.ZERO;
        }

        @Override
        public void close(boolean interrupt) {
            // Ends by itself within seconds.
        }
    }
}
