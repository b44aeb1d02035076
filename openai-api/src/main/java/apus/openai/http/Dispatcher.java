package apus.openai.http;

import apus.openai.ApiException;
import apus.openai.HttpSettings;
import apus.openai.ServedModel;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Optional;

/**
 * What every request passes through, in order: host, route, origin, key, method, content type,
 * handler; and what every answer gets: an id, CORS headers, an error object if anything failed.
 * Sits in Helidon as its only filter and never lets a request past to Helidon's own routing.
 */
final class Dispatcher implements Filter {
    private static final System.Logger LOG = System.getLogger("apus.openai.http");

    /** Unread bodies up to this size are read so that the connection can stay open. */
    private static final int MAX_DRAIN = 1 << 20;

    /** Counted as the status where no answer was completed. */
    private static final int CLIENT_GONE = 499;

    private final HttpSettings settings;
    private final ServedModel model;
    private final RouteTable routes;
    private final RequestsInFlight inFlight;
    private final BodyBudget bodies;
    private final HttpCounts counts;
    private final HostCheck hosts;
    private final Cors cors;
    private final Keys keys;

    Dispatcher(
            HttpSettings settings,
            ServedModel model,
            RouteTable routes,
            RequestsInFlight inFlight,
            BodyBudget bodies,
            HttpCounts counts,
            HostCheck hosts,
            Cors cors,
            Keys keys) {
        this.settings = settings;
        this.model = model;
        this.routes = routes;
        this.inFlight = inFlight;
        this.bodies = bodies;
        this.counts = counts;
        this.hosts = hosts;
        this.cors = cors;
        this.keys = keys;
    }

    @Override
    public void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
        Connection connection = Connection.current();
        String id = RequestIds.choose(first(request.headers(), RequestIds.HEADER.defaultCase()));
        BodyBudget.Share body = bodies.new Share();
        Exchange exchange = new Exchange(id, connection, inFlight, body, settings.requestTimeout());
        request.context().register(exchange);
        Optional<RouteTable.Match> match = routes.find(request.prologue().uriPath().rawPath());
        String route = match.map(m -> m.route().path()).orElse(HttpCounts.OTHER);
        int status = CLIENT_GONE;
        inFlight.begin();
        try {
            boolean close = answer(exchange, match, request, response);
            status = response.status().code();
            if (close) {
                // Helidon goes on reading after an answer that says "close", and would take the
                // rest of a refused body for the next request.
                throw new CloseConnectionException("Closed after a refused request");
            }
            consume(request);
            connection.intake().requestRead();
            if (last(request, response)) {
                throw new CloseConnectionException("Closed as announced");
            }
        } finally {
            body.release();
            inFlight.end();
            counts.add(route, status);
            log(exchange, route, request, status);
        }
    }

    /**
     * Whether one side has said that nothing follows. Helidon repeats it to the client, who then
     * waits for the end, and yet goes on reading itself.
     */
    private static boolean last(RoutingRequest request, RoutingResponse response) {
        return request.headers().containsToken(HeaderValues.CONNECTION_CLOSE)
                || response.headers().containsToken(HeaderValues.CONNECTION_CLOSE);
    }

    /** Answers; whether the connection must be closed then. */
    private boolean answer(
            Exchange exchange,
            Optional<RouteTable.Match> match,
            RoutingRequest request,
            RoutingResponse response) {
        try {
            headers(exchange, request, response);
            guardAndHandle(match, request, response);
            response.commit();
            return false;
        } catch (CloseConnectionException e) {
            throw e;
        } catch (ClientGoneException e) {
            throw new CloseConnectionException("Client gone", e);
        } catch (Exception e) {
            ApiException error = ErrorMapper.map(e);
            if (!response.resetStream()) {
                // Too late for a status: an answer that breaks off tells at least that it did.
                throw new CloseConnectionException("Failed within an answer", e);
            }
            boolean close = exchange.bodyBroken() || !drained(request);
            if (close) {
                response.header(HeaderValues.CONNECTION_CLOSE);
            }
            ErrorMapper.send(request, response, error);
            response.commit();
            return close;
        }
    }

    private void headers(Exchange exchange, RoutingRequest request, RoutingResponse response) {
        response.header(RequestIds.HEADER, exchange.id());
        cors.mark(request.headers(), response);
        if (model.status() == ServedModel.Status.SHUTTING_DOWN) {
            response.header(HeaderValues.CONNECTION_CLOSE);
        }
    }

    private void guardAndHandle(
            Optional<RouteTable.Match> match, RoutingRequest request, RoutingResponse response)
            throws Exception {
        ServerRequestHeaders headers = request.headers();
        String method = request.prologue().method().text();
        hosts.check(first(headers, "Host").orElse(""));
        if (cors.isPreflight(method, headers)) {
            cors.preflight(headers, response);
            response.status(Status.NO_CONTENT_204).send();
            return;
        }
        if (match.isEmpty()) {
            throw ApiException.notFound(
                    "not_found",
                    "There is nothing at %s %s."
                            .formatted(
                                    Text.shortened(method),
                                    Text.shortened(request.prologue().uriPath().rawPath())));
        }
        Route route = match.get().route();
        if (method.equals("OPTIONS")) {
            response.header(HeaderNames.ALLOW, route.allow());
            response.status(Status.NO_CONTENT_204).send();
            return;
        }
        switch (route.access()) {
            case PUBLIC -> {}
            case KEY -> {
                cors.check(headers);
                keys.check(headers);
            }
        }
        if (!route.allows(method)) {
            response.header(HeaderNames.ALLOW, route.allow());
            throw ApiException.refused(
                    405,
                    "invalid_request_error",
                    "method_not_allowed",
                    "%s is not allowed for %s; allowed: %s."
                            .formatted(Text.shortened(method), route.path(), route.allow()));
        }
        if (route.json()) {
            checkContentType(headers);
        }
        Exchange.of(request).argument(match.get().argument());
        route.handler().handle(request, response);
    }

    private static void checkContentType(ServerRequestHeaders headers) {
        Optional<String> type = first(headers, "Content-Type");
        if (type.isEmpty()) {
            return;
        }
        String[] parts = type.get().toLowerCase(Locale.ROOT).split(";", -1);
        boolean json = parts[0].strip().equals("application/json");
        for (int i = 1; i < parts.length; i++) {
            String parameter = parts[i].replace("\"", "").replace(" ", "");
            json &= !parameter.startsWith("charset=") || parameter.equals("charset=utf-8");
        }
        if (!json) {
            throw ApiException.refused(
                    415,
                    "invalid_request_error",
                    "unsupported_media_type",
                    "Content-Type must be application/json in UTF-8, got '%s'."
                            .formatted(Text.shortened(type.get())));
        }
    }

    /** Whether nothing is left of the body, after reading what is cheap to read. */
    private static boolean drained(RoutingRequest request) {
        if (request.content().consumed()) {
            return true;
        }
        boolean neverSent =
                request.headers().containsToken(HeaderValues.EXPECT_100) && !request.continueSent();
        if (neverSent || request.headers().contentLength().orElse(0) > MAX_DRAIN) {
            return false;
        }
        try {
            InputStream in = request.content().inputStream();
            byte[] sink = new byte[8192];
            int total = 0;
            for (int n = in.read(sink); n >= 0 && total <= MAX_DRAIN; n = in.read(sink)) {
                total += n;
            }
        } catch (IOException | RuntimeException e) {
            return false;
        }
        return request.content().consumed();
    }

    private static void consume(RoutingRequest request) {
        try {
            request.content().consume();
        } catch (RuntimeException e) {
            throw new CloseConnectionException("Broken body after its answer", e);
        }
    }

    private static Optional<String> first(ServerRequestHeaders headers, String name) {
        return headers.first(HeaderNames.create(name));
    }

    private void log(Exchange exchange, String route, RoutingRequest request, int status) {
        if (settings.logRequests()) {
            LOG.log(
                    System.Logger.Level.INFO,
                    "{0} {1} {2} {3} ms {4}",
                    request.prologue().method().text(),
                    route,
                    Integer.toString(status),
                    Long.toString(exchange.elapsedNanos() / 1_000_000),
                    exchange.id());
        }
    }
}
