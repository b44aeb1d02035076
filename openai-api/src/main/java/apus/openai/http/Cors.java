package apus.openai.http;

import apus.openai.ApiException;
import apus.openai.HttpSettings;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.webserver.http.ServerResponse;
import java.util.List;

/**
 * Which web pages may use the server, and what their browsers must be told.
 *
 * <p>Not every browser request asks first: a form or a fetch without a content type does not. So
 * where no key stands in the way, a request of a page that is not allowed is refused, not only
 * hidden from the page.
 */
final class Cors {
    private static final List<String> LOCAL =
            List.of("http://localhost:*", "http://127.0.0.1:*", "http://[::1]:*");
    private static final HeaderName ALLOW_ORIGIN =
            HeaderNames.create("Access-Control-Allow-Origin");
    private static final HeaderName EXPOSE = HeaderNames.create("Access-Control-Expose-Headers");
    private static final HeaderName ALLOW_METHODS =
            HeaderNames.create("Access-Control-Allow-Methods");
    private static final HeaderName ALLOW_HEADERS =
            HeaderNames.create("Access-Control-Allow-Headers");
    private static final HeaderName MAX_AGE = HeaderNames.create("Access-Control-Max-Age");
    private static final HeaderName REQUEST_METHOD =
            HeaderNames.create("Access-Control-Request-Method");
    private static final HeaderName REQUEST_HEADERS =
            HeaderNames.create("Access-Control-Request-Headers");

    private final List<String> patterns;
    private final boolean refuseOthers;

    /**
     * @param keys whether keys are needed
     */
    Cors(boolean keys, HttpSettings settings) {
        if (!settings.allowedOrigins().isEmpty()) {
            this.patterns = List.copyOf(settings.allowedOrigins());
        } else {
            this.patterns = keys ? List.of() : LOCAL;
        }
        this.refuseOthers = !keys;
    }

    /** Whether this is a browser's question, not a request. */
    boolean isPreflight(String method, ServerRequestHeaders headers) {
        return method.equals("OPTIONS")
                && headers.contains(HeaderNames.ORIGIN)
                && headers.contains(REQUEST_METHOD);
    }

    /** Adds the headers that let an allowed page read the answer. */
    void mark(ServerRequestHeaders headers, ServerResponse response) {
        response.header(HeaderNames.VARY, "Origin");
        if (headers.contains(HeaderNames.ORIGIN)) {
            String origin = headers.get(HeaderNames.ORIGIN).get();
            if (allowed(origin)) {
                response.header(ALLOW_ORIGIN, origin);
                response.header(EXPOSE, "x-request-id, retry-after, x-ignored-params");
            }
        }
    }

    /**
     * @throws ApiException 403 if the request comes from a page that may not use the server
     */
    void check(ServerRequestHeaders headers) {
        if (!refuseOthers || !headers.contains(HeaderNames.ORIGIN)) {
            return;
        }
        String origin = headers.get(HeaderNames.ORIGIN).get();
        String host = headers.get(HeaderNames.HOST).get();
        boolean ownPage = origin.endsWith("://" + host);
        if (!ownPage && !allowed(origin)) {
            throw ApiException.refused(
                    403,
                    "permission_error",
                    "forbidden",
                    "Origin '%s' may not use this server; start it with it in --allowed-origins."
                            .formatted(Text.shortened(origin)));
        }
    }

    /** Adds what a preflight asks for, if the page is allowed. */
    void preflight(ServerRequestHeaders headers, ServerResponse response) {
        if (!allowed(headers.get(HeaderNames.ORIGIN).get())) {
            return;
        }
        response.header(ALLOW_METHODS, "GET, POST, OPTIONS, DELETE");
        if (headers.contains(REQUEST_HEADERS)) {
            response.header(ALLOW_HEADERS, headers.get(REQUEST_HEADERS).get());
        }
        response.header(MAX_AGE, "600");
    }

    private boolean allowed(String origin) {
        for (String pattern : patterns) {
            if (pattern.equals("*") || pattern.equalsIgnoreCase(origin)) {
                return true;
            }
            if (pattern.endsWith(":*")) {
                String start = pattern.substring(0, pattern.length() - 2);
                if (origin.equals(start) || origin.matches("\\Q" + start + "\\E:[0-9]{1,5}")) {
                    return true;
                }
            }
        }
        return false;
    }
}
