package apus.openai.http;

import apus.openai.ApiException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many bytes of request bodies the server holds at once, over all requests being answered. The
 * limit on one body does not bound them: a thousand connections could each bring one of that size.
 * Bytes count when they have arrived, so that a slow sender takes nothing from others. Thread-safe.
 */
final class BodyBudget {
    /** A body's tree can take several times the body, and the heap holds other things too. */
    private static final int HEAP_SHARE = 16;

    private final long limit;
    private final AtomicLong used = new AtomicLong();

    BodyBudget(long limit) {
        this.limit = limit;
    }

    /** A share of the heap, and enough for one body of the greatest size. */
    static BodyBudget ofHeap(long maxBodyBytes) {
        return new BodyBudget(
                Math.max(Runtime.getRuntime().maxMemory() / HEAP_SHARE, maxBodyBytes));
    }

    long used() {
        return used.get();
    }

    private void take(long bytes) {
        if (used.addAndGet(bytes) > limit) {
            used.addAndGet(-bytes);
            throw ApiException.later(
                    503,
                    "server_error",
                    "overloaded",
                    "The server holds as many request bodies as it has memory for; try again later.",
                    Duration.ofSeconds(1));
        }
    }

    /** What one request has taken. Belongs to the request's thread. */
    final class Share {
        private long taken;

        /** Counts what is read from a stream. */
        InputStream counted(InputStream in) {
            return new FilterInputStream(in) {
                @Override
                public int read() throws IOException {
                    int b = super.read();
                    if (b >= 0) {
                        add(1);
                    }
                    return b;
                }

                @Override
                public int read(byte[] to, int from, int length) throws IOException {
                    int n = super.read(to, from, length);
                    if (n > 0) {
                        add(n);
                    }
                    return n;
                }
            };
        }

        private void add(int bytes) {
            take(bytes);
            taken += bytes;
        }

        void release() {
            used.addAndGet(-taken);
            taken = 0;
        }
    }
}
