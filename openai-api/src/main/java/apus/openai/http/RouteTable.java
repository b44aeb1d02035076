package apus.openai.http;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds the route of a path. The path is decoded once and every decision, that about keys included,
 * is made on the route found: two ways to write a path cannot differ in what guards them.
 */
final class RouteTable {
    /** A route and the argument in its path, empty if it takes none. */
    record Match(Route route, String argument) {}

    private static final String OPENAI = "/openai/v1/";
    private static final Pattern ENDPOINT = Pattern.compile("/v2/([A-Za-z0-9_-]+)/openai(/v1/.*)");

    private final Map<String, Route> exact = new HashMap<>();
    private final List<Route> withArgument = new ArrayList<>();
    private final Optional<String> endpointId;

    /**
     * @param endpointId the only id accepted in /v2/ID/...; empty = any
     */
    RouteTable(List<Route> routes, Optional<String> endpointId) {
        this.endpointId = endpointId;
        for (Route route : routes) {
            if (route.path().endsWith(Route.ARGUMENT)) {
                withArgument.add(route);
            } else if (exact.put(route.path(), route) != null) {
                throw new IllegalArgumentException("two routes for " + route.path());
            }
        }
    }

    /**
     * @param rawPath of the request, without query
     */
    Optional<Match> find(String rawPath) {
        return decode(rawPath).flatMap(this::unprefixed).flatMap(this::lookup);
    }

    /** The path with every prefix brought to its {@code /v1} form. */
    private Optional<String> unprefixed(String path) {
        if (path.startsWith(OPENAI)) {
            return Optional.of(path.substring("/openai".length()));
        }
        Matcher m = ENDPOINT.matcher(path);
        if (m.matches()) {
            return endpointId.isEmpty() || endpointId.get().equals(m.group(1))
                    ? Optional.of(m.group(2))
                    : Optional.empty();
        }
        return Optional.of(path);
    }

    private Optional<Match> lookup(String path) {
        String trimmed =
                path.length() > 1 && path.endsWith("/")
                        ? path.substring(0, path.length() - 1)
                        : path;
        Route route = exact.get(trimmed);
        if (route != null) {
            return Optional.of(new Match(route, ""));
        }
        for (Route candidate : withArgument) {
            String start =
                    candidate
                            .path()
                            .substring(0, candidate.path().length() - Route.ARGUMENT.length() + 1);
            if (trimmed.startsWith(start) && trimmed.length() > start.length()) {
                return Optional.of(new Match(candidate, trimmed.substring(start.length())));
            }
        }
        return Optional.empty();
    }

    /** Percent-decodes; empty if the result is not UTF-8 or an escape is broken. */
    private static Optional<String> decode(String raw) {
        if (raw.indexOf('%') < 0) {
            return Optional.of(raw);
        }
        ByteBuffer bytes = ByteBuffer.allocate(raw.length());
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c != '%') {
                bytes.put((byte) c);
            } else if (i + 2 < raw.length()
                    && HexFormat.isHexDigit(raw.charAt(i + 1))
                    && HexFormat.isHexDigit(raw.charAt(i + 2))) {
                bytes.put((byte) HexFormat.fromHexDigits(raw, i + 1, i + 3));
                i += 2;
            } else {
                return Optional.empty();
            }
        }
        try {
            return Optional.of(StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }
}
