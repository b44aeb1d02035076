package apus.openai.http;

import apus.openai.ApiException;
import apus.openai.HttpSettings;
import com.fasterxml.jackson.databind.JsonNode;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.locks.ReentrantLock;

/**
 * An answer as server-sent events, each flushed when written; comments fill the silence between
 * them. Used by one thread; the comments come from another.
 *
 * <p>Helidon's own sink is not used: it refuses requests that do not accept {@code
 * text/event-stream}, which the OpenAI clients never say.
 */
public final class EventStream implements AutoCloseable {
    private static final byte[] DATA = "data: ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END = "\n\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] DONE = "data: [DONE]\n\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] PING = ": keep-alive\n\n".getBytes(StandardCharsets.US_ASCII);

    private final OutputStream out;
    private final Exchange exchange;
    private final Duration silence;
    private final ReentrantLock lock = new ReentrantLock();
    private Future<?> pinger;
    private long lastWrite;
    private boolean closed;

    private EventStream(OutputStream out, Exchange exchange, Duration silence) {
        this.out = out;
        this.exchange = exchange;
        this.silence = silence;
    }

    /**
     * Sets status and headers. They go out with the first event or comment; until then the handler
     * can still fail with a plain error.
     */
    public static EventStream open(
            ServerRequest request, ServerResponse response, HttpSettings settings) {
        response.status(Status.OK_200);
        response.header(HeaderNames.CONTENT_TYPE, "text/event-stream; charset=utf-8");
        response.header(HeaderNames.CACHE_CONTROL, "no-cache");
        response.header(HeaderNames.create("X-Accel-Buffering"), "no");
        EventStream stream =
                new EventStream(response.outputStream(), Exchange.of(request), settings.ssePing());
        stream.start();
        return stream;
    }

    private void start() {
        lock.lock();
        try {
            lastWrite = System.nanoTime();
            schedule(silence);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Sends one event.
     *
     * @throws ClientGoneException if the client has left
     */
    public void data(JsonNode event) {
        byte[] json = Json.bytes(event);
        byte[] frame = new byte[DATA.length + json.length + END.length];
        System.arraycopy(DATA, 0, frame, 0, DATA.length);
        System.arraycopy(json, 0, frame, DATA.length, json.length);
        System.arraycopy(END, 0, frame, DATA.length + json.length, END.length);
        write(frame);
    }

    /** Reports a failure in mid-stream and ends the stream; nothing may follow. */
    public void error(ApiException e) {
        data(ErrorMapper.body(e));
        done();
    }

    /** Sends {@code [DONE]}; nothing may follow. */
    public void done() {
        write(DONE);
        close();
    }

    /** Stops the comments. The response itself ends when its handler returns. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            pinger.cancel(false);
        } finally {
            lock.unlock();
        }
    }

    private void write(byte[] frame) {
        lock.lock();
        try {
            out.write(frame);
            out.flush();
            lastWrite = System.nanoTime();
        } catch (IOException | UncheckedIOException | CloseConnectionException e) {
            throw new ClientGoneException(e);
        } finally {
            lock.unlock();
        }
    }

    private void schedule(Duration after) {
        // A write can block, so it must not happen on the timer's thread.
        pinger =
                exchange.later(after, () -> Thread.ofVirtual().name("apus-ping").start(this::ping));
    }

    private void ping() {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            long quiet = System.nanoTime() - lastWrite;
            if (quiet >= silence.toNanos()) {
                write(PING);
                schedule(silence);
            } else {
                schedule(silence.minusNanos(quiet));
            }
        } catch (ClientGoneException e) {
            // The handler learns it from its watch or its next event.
        } finally {
            lock.unlock();
        }
    }
}
