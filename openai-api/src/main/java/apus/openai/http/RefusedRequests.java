package apus.openai.http;

import apus.openai.ApiException;
import io.helidon.common.buffers.BufferData;
import io.helidon.http.DirectHandler;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;
import io.helidon.webserver.http.DirectHandlers;
import java.util.Optional;

/**
 * Answers for requests that Helidon refuses before they reach the dispatcher: not HTTP, too long,
 * too slow. They look like every other error.
 */
final class RefusedRequests implements DirectHandler {
    /** Helidon reports oversized headers as any bad request; only the text tells. */
    private static final String HEADERS_TOO_LARGE = "Header size exceeded";

    /** What Helidon says in place of a text that it holds for unsafe. */
    private static final String SEE_LOG = "see server log";

    private final HttpCounts counts;

    RefusedRequests(HttpCounts counts) {
        this.counts = counts;
    }

    DirectHandlers handlers() {
        DirectHandlers.Builder builder = DirectHandlers.builder();
        for (DirectHandler.EventType type : DirectHandler.EventType.values()) {
            builder.addHandler(type, this);
        }
        return builder.build();
    }

    @Override
    public TransportResponse handle(
            TransportRequest request,
            EventType eventType,
            Status defaultStatus,
            ServerResponseHeaders responseHeaders,
            String message) {
        boolean told = message != null && !message.contains(SEE_LOG);
        String text = told ? message : "its first line or a header is malformed.";
        Status status =
                text.contains(HEADERS_TOO_LARGE)
                        ? Status.create(431, "Request Header Fields Too Large")
                        : defaultStatus;
        ApiException error = ErrorMapper.transport(status, text);
        counts.add(HttpCounts.OTHER, error.status());
        Optional<String> sent = request.headers().first(RequestIds.HEADER);
        return TransportResponse.builder()
                .status(Status.create(error.status()))
                .headers(responseHeaders)
                .header(HeaderNames.CONTENT_TYPE, "application/json")
                .header(RequestIds.HEADER, RequestIds.choose(sent))
                .keepAlive(false)
                .entity(Json.bytes(ErrorMapper.body(error)))
                .build();
    }

    /** A whole answer for a connection that gets no request parsed at all. */
    static BufferData tooManyConnections() {
        ApiException error =
                ApiException.refused(
                        503,
                        "server_error",
                        "too_many_connections",
                        "The server has as many open connections as it allows.");
        byte[] body = Json.bytes(ErrorMapper.body(error));
        String head =
                "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\n"
                        + "Content-Length: %d\r\nConnection: close\r\nRetry-After: 1\r\n"
                                .formatted(body.length)
                        + "x-request-id: %s\r\n\r\n".formatted(RequestIds.fresh());
        BufferData answer = BufferData.growing(head.length() + body.length);
        answer.writeAscii(head);
        answer.write(body);
        return answer;
    }
}
