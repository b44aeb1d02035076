package apus.openai.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.Collection;
import java.util.StringJoiner;

/** Sends whole answers. */
public final class JsonAnswer {
    static final HeaderName IGNORED_PARAMS = HeaderNames.create("x-ignored-params");
    private static final HeaderName PROCESSING_MS = HeaderNames.create("openai-processing-ms");

    /** Longest header value made from names that the client chose. */
    private static final int MAX_IGNORED = 1000;

    private JsonAnswer() {}

    /** Sends 200 with this body. */
    public static void send(ServerRequest request, ServerResponse response, JsonNode body) {
        send(request, response, Status.OK_200, "application/json", Json.bytes(body));
    }

    /**
     * Names the request fields that had no effect, in {@code x-ignored-params}. Before the first
     * byte of the answer.
     *
     * @param names in any order; characters that a header cannot carry become {@code ?}
     */
    public static void ignored(ServerResponse response, Collection<String> names) {
        if (names.isEmpty()) {
            return;
        }
        StringJoiner list = new StringJoiner(", ");
        for (String name : names) {
            if (list.length() + name.length() > MAX_IGNORED) {
                list.add("...");
                break;
            }
            list.add(name.replaceAll("[^!-+\\--~]", "?"));
        }
        response.header(IGNORED_PARAMS, list.toString());
    }

    static void send(
            ServerRequest request,
            ServerResponse response,
            Status status,
            String contentType,
            byte[] body) {
        response.status(status);
        response.header(HeaderNames.CONTENT_TYPE, contentType);
        response.header(
                PROCESSING_MS, Long.toString(Exchange.of(request).elapsedNanos() / 1_000_000));
        if (request.prologue().method().equals(Method.HEAD)) {
            // Helidon would send the body here too.
            response.header(HeaderNames.CONTENT_LENGTH, Integer.toString(body.length));
            response.send();
        } else {
            response.send(body);
        }
    }
}
