package apus.openai;

import apus.format.ApusException;
import java.time.Duration;
import java.util.Optional;

/**
 * An answer that is an error: status and the four fields of OpenAI's error object. The only way a
 * handler reports failure; what else it throws is a bug and becomes a 500 without details.
 */
public final class ApiException extends ApusException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String type;
    private final String code;
    private final String param;
    private final transient Optional<Duration> retryAfter;

    private ApiException(
            int status,
            String type,
            String code,
            String param,
            String message,
            Optional<Duration> retryAfter) {
        super(message);
        this.status = status;
        this.type = type;
        this.code = code;
        this.param = param;
        this.retryAfter = retryAfter;
    }

    /**
     * 400.
     *
     * @param code such as {@code invalid_value}
     * @param param JSON path of the field at fault, {@code messages[2].content}; empty = none
     */
    public static ApiException badRequest(String code, String param, String message) {
        return new ApiException(
                400, "invalid_request_error", code, param, message, Optional.empty());
    }

    /** Any client error that retrying does not mend. */
    public static ApiException refused(int status, String type, String code, String message) {
        return new ApiException(status, type, code, "", message, Optional.empty());
    }

    /** 404 for a path, a model or a job. */
    public static ApiException notFound(String code, String message) {
        return refused(404, "invalid_request_error", code, message);
    }

    /** 429 or 503: later it may work. */
    public static ApiException later(
            int status, String type, String code, String message, Duration retryAfter) {
        return new ApiException(status, type, code, "", message, Optional.of(retryAfter));
    }

    /** 500, for bugs only; the cause is logged, never shown. */
    public static ApiException internal() {
        return new ApiException(
                500,
                "server_error",
                "internal_error",
                "",
                "The server failed to answer this request; it has been logged.",
                Optional.empty());
    }

    public int status() {
        return status;
    }

    public String type() {
        return type;
    }

    public String code() {
        return code;
    }

    /** JSON path of the field at fault; empty if no field is. */
    public String param() {
        return param;
    }

    public Optional<Duration> retryAfter() {
        return retryAfter;
    }
}
