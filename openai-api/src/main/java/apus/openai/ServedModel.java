package apus.openai;

import apus.runtime.CapacityException;
import apus.runtime.Engine;
import java.time.Duration;
import java.util.Optional;

/**
 * The one model of a server, while it loads, while it serves and after it died. Thread-safe: the
 * loader sets it, request threads read it.
 */
public final class ServedModel {
    /** What to tell somebody who asks whether the server is ready. */
    public enum Status {
        LOADING,
        READY,
        SHUTTING_DOWN,
        DEAD
    }

    private volatile Engine engine;
    private volatile String failure;
    private volatile boolean stopping;

    /** The model has been opened. */
    public void ready(Engine opened) {
        engine = opened;
    }

    /** The model cannot be opened. */
    public void failed(String why) {
        failure = why;
    }

    /** From now on new requests are refused; running ones go on. */
    public void stop() {
        stopping = true;
    }

    public Status status() {
        Engine now = engine;
        if (failure != null || (now != null && now.state() == Engine.State.DEAD)) {
            return Status.DEAD;
        }
        if (stopping || (now != null && now.state() != Engine.State.RUNNING)) {
            return Status.SHUTTING_DOWN;
        }
        return now == null ? Status.LOADING : Status.READY;
    }

    /** The engine once there is one, whatever its state: for metrics. */
    public Optional<Engine> opened() {
        return Optional.ofNullable(engine);
    }

    /**
     * The engine, for a new request.
     *
     * @throws ApiException 503 unless the status is READY
     */
    public Engine engine() {
        return switch (status()) {
            case READY -> engine;
            case LOADING ->
                    throw ApiException.later(
                            503,
                            "server_error",
                            "model_loading",
                            "The model is still loading.",
                            Duration.ofSeconds(2));
            case SHUTTING_DOWN ->
                    throw ApiException.later(
                            503,
                            "server_error",
                            "shutting_down",
                            "The server is shutting down.",
                            Duration.ofSeconds(5));
            case DEAD ->
                    throw ApiException.later(
                            503,
                            "server_error",
                            "engine_dead",
                            "The engine has failed; the server must be restarted.",
                            Duration.ofSeconds(30));
        };
    }

    /** What a refusal of {@link Engine#submit} means to a client. */
    public static ApiException refused(CapacityException e) {
        return switch (e.reason()) {
            case QUEUE_FULL ->
                    ApiException.later(
                            429,
                            "rate_limit_error",
                            "queue_full",
                            e.getMessage(),
                            Duration.ofSeconds(2));
            case SHUTTING_DOWN ->
                    ApiException.later(
                            503,
                            "server_error",
                            "shutting_down",
                            "The server is shutting down.",
                            Duration.ofSeconds(5));
            case ENGINE_DEAD ->
                    ApiException.later(
                            503,
                            "server_error",
                            "engine_dead",
                            "The engine has failed; the server must be restarted.",
                            Duration.ofSeconds(30));
        };
    }
}
