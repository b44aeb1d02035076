package apus.openai.http;

import io.helidon.common.socket.HelidonSocket;
import io.helidon.http.DirectHandler;
import io.helidon.http.RequestException;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The bytes that arrive on one connection, read ahead by a thread of its own. That thread is always
 * in a read unless {@link #READ_AHEAD} bytes wait, so it sees the client's end of stream at once,
 * also while a handler computes; and bytes of a next request that arrive meanwhile are kept for it.
 * Reads of the connection's own thread have a time limit here, since sockets give them none.
 */
final class Intake implements Supplier<byte[]> {
    /** Beyond this much pipelined input a connection is no longer read until a request ends. */
    private static final int READ_AHEAD = 16 << 10;

    /** A sender must bring this much within the body timeout, or the end of its request. */
    private static final int PROGRESS = 4 << 10;

    private static final Duration LINGER_SILENCE = Duration.ofMillis(500);
    private static final Duration LINGER = Duration.ofSeconds(3);

    private final HelidonSocket socket;
    private final Duration bodyTimeout;
    private final Duration idleTimeout;
    private final Duration requestTimeout;
    private final long maxRequestBytes;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final Condition taken = lock.newCondition();
    private final Deque<byte[]> waiting = new ArrayDeque<>();
    private int waitingBytes;
    private boolean ended;
    private boolean abandoned;
    private Runnable onEnd;

    private boolean inRequest;
    private long requestStart;
    private long requestBytes;
    private long progressDeadline;
    private long progressBytes;

    /**
     * @param maxRequestBytes most bytes one request may have on the wire
     */
    Intake(
            HelidonSocket socket,
            Duration bodyTimeout,
            Duration idleTimeout,
            Duration requestTimeout,
            long maxRequestBytes) {
        this.socket = socket;
        this.bodyTimeout = bodyTimeout;
        this.idleTimeout = idleTimeout;
        this.requestTimeout = requestTimeout;
        this.maxRequestBytes = maxRequestBytes;
    }

    /** Starts reading; the thread ends with the connection. */
    void start() {
        Thread.ofVirtual().name("apus-intake").start(this::readAhead);
    }

    private void readAhead() {
        try {
            while (true) {
                byte[] bytes = socket.get();
                if (bytes == null) {
                    return;
                }
                lock.lock();
                try {
                    waiting.add(bytes);
                    waitingBytes += bytes.length;
                    arrived.signal();
                    while (waitingBytes >= READ_AHEAD && !abandoned) {
                        taken.awaitUninterruptibly();
                    }
                    if (abandoned) {
                        return;
                    }
                } finally {
                    lock.unlock();
                }
            }
        } catch (UncheckedIOException e) {
            // Reset by the client, or closed on our side: either way nothing more will come.
        } finally {
            end();
        }
    }

    private void end() {
        Runnable tell;
        lock.lock();
        try {
            ended = true;
            arrived.signal();
            tell = onEnd;
            onEnd = null;
        } finally {
            lock.unlock();
        }
        if (tell != null) {
            tell.run();
        }
    }

    /**
     * Runs {@code task}, on the reading thread or at once, when the client has closed its side. A
     * client that closes only its sending side looks the same and counts as gone.
     */
    void onEnd(Runnable task) {
        lock.lock();
        try {
            if (!ended) {
                onEnd = task;
                return;
            }
        } finally {
            lock.unlock();
        }
        task.run();
    }

    void clearOnEnd() {
        lock.lock();
        try {
            onEnd = null;
        } finally {
            lock.unlock();
        }
    }

    /**
     * The next bytes, for Helidon's parser, on the connection's thread.
     *
     * @throws CloseConnectionException if the client has left, or sent nothing for the idle time
     * @throws RequestException 408 if a request stays incomplete, 413 if its framing never ends
     */
    @Override
    public byte[] get() {
        lock.lock();
        try {
            if (!inRequest) {
                await(System.nanoTime() + idleTimeout.toNanos(), true);
                inRequest = true;
                requestBytes = 0;
                requestStart = System.nanoTime();
                restartProgress();
            } else {
                long end = requestStart + requestTimeout.toNanos();
                await(progressDeadline - end < 0 ? progressDeadline : end, false);
            }
            byte[] next = waiting.remove();
            waitingBytes -= next.length;
            taken.signal();
            requestBytes += next.length;
            if (requestBytes - progressBytes >= PROGRESS) {
                restartProgress();
            }
            if (requestBytes > maxRequestBytes) {
                throw refusal(Status.REQUEST_ENTITY_TOO_LARGE_413, "Request too large");
            }
            return next;
        } catch (InterruptedException e) {
            throw new CloseConnectionException("Server is stopping", e);
        } finally {
            lock.unlock();
        }
    }

    private void restartProgress() {
        progressDeadline = System.nanoTime() + bodyTimeout.toNanos();
        progressBytes = requestBytes;
    }

    private void await(long deadline, boolean idle) throws InterruptedException {
        while (waiting.isEmpty()) {
            if (ended) {
                throw new CloseConnectionException("Client closed the connection");
            }
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                if (idle) {
                    throw new CloseConnectionException("Idle connection");
                }
                throw refusal(Status.REQUEST_TIMEOUT_408, "Request incomplete");
            }
            long unused = arrived.awaitNanos(left);
            assert unused <= left;
        }
    }

    private static RequestException refusal(Status status, String message) {
        return RequestException.builder()
                .type(DirectHandler.EventType.OTHER)
                .status(status)
                .message(message)
                .setKeepAlive(false)
                .build();
    }

    /** The request has been read to its end; what comes next begins another. */
    void requestRead() {
        lock.lock();
        try {
            inRequest = false;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Before a close on our side: takes in what a client is still sending of a refused request.
     * Closing with unread bytes resets the connection, and the reset can overtake the answer.
     */
    void linger() {
        lock.lock();
        try {
            long end = System.nanoTime() + LINGER.toNanos();
            while (inRequest && !ended) {
                long left = Math.min(LINGER_SILENCE.toNanos(), end - System.nanoTime());
                waiting.clear();
                waitingBytes = 0;
                taken.signal();
                while (waiting.isEmpty() && !ended && left > 0) {
                    left = arrived.awaitNanos(left);
                }
                if (left <= 0) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    /** The connection's thread takes nothing more; lets the reading thread go. */
    void abandon() {
        lock.lock();
        try {
            abandoned = true;
            taken.signal();
        } finally {
            lock.unlock();
        }
    }
}
