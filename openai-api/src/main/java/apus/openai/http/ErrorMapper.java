package apus.openai.http;

import apus.openai.ApiException;
import apus.openai.ServedModel;
import apus.runtime.CapacityException;
import apus.runtime.RequestException;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.helidon.http.HeaderNames;
import io.helidon.http.HttpException;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.Duration;

/** Turns whatever a handler threw into OpenAI's error object. The only place that does. */
public final class ErrorMapper {
    private static final System.Logger LOG = System.getLogger("apus.openai.http");

    /** Keeps error bodies under 4 KB even if every character takes four bytes. */
    private static final int MAX_MESSAGE = 700;

    private static final int MAX_PARAM = 150;

    private ErrorMapper() {}

    /** What a client is told about this failure; bugs are logged here. */
    public static ApiException map(Throwable thrown) {
        return switch (thrown) {
            case ApiException e -> e;
            case RequestException e ->
                    ApiException.badRequest(
                            switch (e.reason()) {
                                case INVALID_VALUE -> "invalid_value";
                                case CONTEXT_LENGTH -> "context_length_exceeded";
                                case TEMPLATE -> "template_error";
                            },
                            e.param(),
                            e.getMessage());
            case CapacityException e -> ServedModel.refused(e);
            case io.helidon.http.RequestException e -> transport(e.status(), e.getMessage());
            case HttpException e -> transport(e.status(), e.getMessage());
            default -> {
                LOG.log(System.Logger.Level.ERROR, "request failed", thrown);
                yield ApiException.internal();
            }
        };
    }

    /** A refusal by the layer below: of a request that is not proper HTTP, or exceeds a limit. */
    static ApiException transport(Status status, String message) {
        return switch (status.code()) {
            case 408 ->
                    ApiException.refused(
                            408,
                            "timeout_error",
                            "request_timeout",
                            "The request did not arrive in time.");
            case 413 ->
                    ApiException.refused(
                            413,
                            "invalid_request_error",
                            "request_too_large",
                            "The request body is larger than this server accepts.");
            case 414 ->
                    ApiException.refused(
                            414,
                            "invalid_request_error",
                            "uri_too_long",
                            "The request line is longer than this server accepts.");
            case 431 ->
                    ApiException.refused(
                            431,
                            "invalid_request_error",
                            "headers_too_large",
                            "The request headers are larger than this server accepts.");
            case 505 ->
                    ApiException.refused(
                            505,
                            "invalid_request_error",
                            "http_version_not_supported",
                            "This server speaks HTTP/1.1.");
            case 500 -> ApiException.internal();
            default ->
                    ApiException.refused(
                            status.code(),
                            "invalid_request_error",
                            "invalid_http",
                            "The request is not valid HTTP: " + message);
        };
    }

    /** The error object, within its bounds; all four keys are there. */
    public static ObjectNode body(ApiException e) {
        ObjectNode error = JsonNodeFactory.instance.objectNode();
        error.put("message", bounded(e.getMessage(), MAX_MESSAGE));
        error.put("type", e.type());
        if (e.param().isEmpty()) {
            error.putNull("param");
        } else {
            error.put("param", bounded(e.param(), MAX_PARAM));
        }
        if (e.code().isEmpty()) {
            error.putNull("code");
        } else {
            error.put("code", e.code());
        }
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.set("error", error);
        return body;
    }

    /** Sends the error as the answer. */
    static void send(ServerRequest request, ServerResponse response, ApiException e) {
        e.retryAfter()
                .ifPresent(after ->
                        response.header(HeaderNames.RETRY_AFTER, Long.toString(seconds(after))));
        if (e.status() == 401) {
            response.header(HeaderNames.WWW_AUTHENTICATE, "Bearer");
        }
        JsonAnswer.send(
                request,
                response,
                Status.create(e.status()),
                "application/json",
                Json.bytes(body(e)));
    }

    static long seconds(Duration after) {
        return Math.clamp(after.toSeconds(), 1, 60);
    }

    /**
     * At most {@code max} characters; control characters, which JSON writes with six, are replaced.
     */
    private static String bounded(String text, int max) {
        StringBuilder out = new StringBuilder();
        int kept = 0;
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            if (kept == max) {
                return out.append("...").toString();
            }
            kept++;
            boolean plain =
                    c >= ' ' && (c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE);
            out.appendCodePoint(plain ? c : '?');
        }
        return out.toString();
    }
}
