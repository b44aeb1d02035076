package apus.openai.http;

import apus.openai.ApiSettings;
import apus.openai.HttpSettings;
import apus.openai.ServedModel;
import io.helidon.common.socket.SocketOptions;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The listening server. Takes requests from {@link #start} on, also while the model still loads.
 * Closing it does what SIGTERM asks for; the engine stays the caller's to close, after the server.
 */
public final class ApiServer implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("apus.openai.http");

    /** Longest request line; a model's id is in it. */
    private static final int MAX_REQUEST_LINE = 8192;

    /** How often Helidon looks for stuck connections. */
    private static final Duration MAX_LOOK_PERIOD = Duration.ofSeconds(30);

    /** How long stopped requests get to say so to their clients. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(5);

    /** Tries for a free port that is free on both loopback addresses. */
    private static final int PORT_TRIES = 5;

    private static final byte[] IPV6_LOOPBACK = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

    private record Listener(InetAddress host, int port, WebServer server) {}

    private final HttpSettings settings;
    private final ServedModel model;
    private final RequestsInFlight inFlight;
    private final List<Listener> listeners;
    private final AtomicBoolean closed = new AtomicBoolean();

    private ApiServer(
            HttpSettings settings,
            ServedModel model,
            RequestsInFlight inFlight,
            List<Listener> listeners) {
        this.settings = settings;
        this.model = model;
        this.inFlight = inFlight;
        this.listeners = listeners;
    }

    /**
     * Listens and serves.
     *
     * @throws ListenException if the address cannot be had, a key file cannot be read, or the
     *     server would be open to the network without a key
     */
    public static ApiServer start(HttpSettings http, ApiSettings api, ServedModel model) {
        HttpCounts counts = new HttpCounts();
        BodyBudget bodies = BodyBudget.ofHeap(http.maxBodyBytes());
        return start(http, model, counts, bodies, Routes.all(http, api, model, counts));
    }

    static ApiServer start(
            HttpSettings settings,
            ServedModel model,
            HttpCounts counts,
            BodyBudget bodies,
            List<Route> routes) {
        Keys keys = new Keys(settings);
        List<InetAddress> hosts = hosts(settings.host());
        boolean loopback = hosts.stream().allMatch(InetAddress::isLoopbackAddress);
        if (!loopback && !keys.needed()) {
            if (!settings.allowUnauthenticated()) {
                throw new ListenException(
                        "Host %s is reachable from the network and no API key is set: set API_KEY"
                                        .formatted(settings.host())
                                + " (--api-key), or ALLOW_UNAUTHENTICATED=true"
                                + " (--allow-unauthenticated) if anybody may use this server.");
            }
            LOG.log(
                    System.Logger.Level.WARNING,
                    "listening on {0} without an API key: anybody who reaches it may use it",
                    settings.host());
        }
        RequestsInFlight inFlight = new RequestsInFlight();
        Dispatcher dispatcher =
                new Dispatcher(
                        settings,
                        model,
                        new RouteTable(routes, settings.endpointId()),
                        inFlight,
                        bodies,
                        counts,
                        new HostCheck(loopback && !keys.needed(), settings),
                        new Cors(keys.needed(), settings),
                        keys);
        try {
            return new ApiServer(
                    settings, model, inFlight, listen(settings, hosts, dispatcher, counts));
        } catch (RuntimeException e) {
            inFlight.close();
            throw e;
        }
    }

    /** The port; the one chosen if the settings say 0. */
    public int port() {
        return listeners.getFirst().port();
    }

    /** URLs without path that reach the server, such as {@code http://127.0.0.1:8000}. */
    public List<String> addresses() {
        return listeners.stream().map(l -> url(l.host(), l.port())).toList();
    }

    /**
     * Refuses new work from now on, and waits for the running requests, at most for the shutdown
     * grace. The server still answers: with 503 to new work and to /health.
     *
     * @return whether all have ended
     */
    public boolean drain() {
        model.stop();
        try {
            return inFlight.awaitNone(settings.shutdownGrace());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /**
     * Drains, tells requests that still run that they end now, and stops listening. Streams among
     * them end with the error {@code shutting_down}. Idempotent.
     */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        if (!drain()) {
            inFlight.stop();
            try {
                if (!inFlight.awaitNone(LAST_WORDS)) {
                    LOG.log(
                            System.Logger.Level.WARNING,
                            "requests still running; cutting them off");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        // Helidon does not stop on a thread that has been interrupted.
        boolean interrupted = Thread.interrupted();
        listeners.forEach(l -> l.server().stop());
        inFlight.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static List<InetAddress> hosts(String host) {
        try {
            return switch (host) {
                // A client that looks up "localhost" may get either.
                case "127.0.0.1", "localhost" ->
                        List.of(
                                InetAddress.getByAddress(new byte[] {127, 0, 0, 1}),
                                InetAddress.getByAddress(IPV6_LOOPBACK));
                default -> List.of(InetAddress.getAllByName(host));
            };
        } catch (UnknownHostException e) {
            throw new ListenException("Host '%s' is not known; use an address.".formatted(host), e);
        }
    }

    private static List<Listener> listen(
            HttpSettings settings,
            List<InetAddress> hosts,
            Dispatcher dispatcher,
            HttpCounts counts) {
        AtomicInteger open = new AtomicInteger();
        for (int attempt = 1; ; attempt++) {
            List<Listener> started = new ArrayList<>();
            int port = settings.port();
            Optional<ListenException> taken = Optional.empty();
            for (InetAddress host : hosts) {
                if (!started.isEmpty() && !hasInterface(host)) {
                    continue;
                }
                try {
                    tryOut(host, port);
                } catch (IOException e) {
                    taken = Optional.of(cannotListen(host, port, e.getMessage()));
                    break;
                }
                WebServer server = server(settings, host, port, dispatcher, counts, open).start();
                if (!server.isRunning()) {
                    taken = Optional.of(cannotListen(host, port, "it has just been taken"));
                    break;
                }
                port = server.port();
                started.add(new Listener(host, port, server));
            }
            if (taken.isEmpty()) {
                return List.copyOf(started);
            }
            started.forEach(l -> l.server().stop());
            // A port that was free on one loopback address may be in use on the other.
            boolean chosen = settings.port() == 0 && !started.isEmpty();
            if (!chosen || attempt == PORT_TRIES) {
                throw taken.get();
            }
        }
    }

    private static boolean hasInterface(InetAddress host) {
        try {
            return NetworkInterface.getByInetAddress(host) != null;
        } catch (SocketException e) {
            return false;
        }
    }

    /** Helidon reports an address that it cannot have only in its log. */
    private static void tryOut(InetAddress host, int port) throws IOException {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(host, port));
        }
    }

    private static ListenException cannotListen(InetAddress host, int port, String why) {
        return new ListenException(
                "Cannot listen on %s: %s; choose another with --host and --port."
                        .formatted(url(host, port), why));
    }

    private static WebServer server(
            HttpSettings settings,
            InetAddress host,
            int port,
            Dispatcher dispatcher,
            HttpCounts counts,
            AtomicInteger open) {
        Http1ConnectionSelector http =
                Http1ConnectionSelector.builder()
                        .config(
                                Http1Config.builder()
                                        .maxPrologueLength(MAX_REQUEST_LINE)
                                        .maxHeadersSize(settings.maxHeaderBytes())
                                        .build())
                        .build();
        Duration look = settings.idleTimeout().dividedBy(4);
        return WebServer.builder()
                .shutdownHook(false)
                .featuresDiscoverServices(false)
                .protocolsDiscoverServices(false)
                .address(host)
                .port(port)
                .addConnectionSelector(new ConnectionGate(http, settings, open))
                .directHandlers(new RefusedRequests(counts).handlers())
                .errorHandling(errors -> errors.includeEntity(true))
                .maxPayloadSize(settings.maxBodyBytes())
                .maxTcpConnections(settings.maxConnections() + ConnectionGate.TURNED_AWAY)
                // Events must not wait for the acknowledgement of the one before.
                .connectionOptions(SocketOptions.builder().tcpNoDelay(true).build())
                .idleConnectionTimeout(settings.idleTimeout())
                .idleConnectionPeriod(look.compareTo(MAX_LOOK_PERIOD) < 0 ? look : MAX_LOOK_PERIOD)
                .routing(HttpRouting.builder().addFilter(dispatcher))
                .build();
    }

    private static String url(InetAddress host, int port) {
        String name = host.getHostAddress();
        return "http://" + (name.contains(":") ? "[" + shortened(name) + "]" : name) + ":" + port;
    }

    private static String shortened(String v6) {
        return v6.equals("0:0:0:0:0:0:0:1") ? "::1" : v6;
    }
}
