package apus.openai.hub;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Ends reads that wait too long. The JDK's client has a timeout for the start of an answer only; a
 * connection that dies silently in the middle of 5 GB would be waited for forever.
 */
final class StallGuard implements AutoCloseable {
    private static final int CHECKS_PER_SILENCE = 8;

    private final long silenceNanos;
    private final Set<Watched> open = ConcurrentHashMap.newKeySet();
    private final Thread thread;

    StallGuard(Duration silence) {
        silenceNanos = silence.toNanos();
        thread = Thread.ofPlatform().daemon().name("apus-hub-stalls").start(this::run);
    }

    /** The same bytes; a read that gets none for too long fails. */
    InputStream watch(InputStream body) {
        Watched watched = new Watched(body);
        open.add(watched);
        return watched;
    }

    private void run() {
        try {
            while (true) {
                Thread.sleep(Duration.ofNanos(silenceNanos / CHECKS_PER_SILENCE));
                open.forEach(Watched::check);
            }
        } catch (InterruptedException e) {
            // closed
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }

    private final class Watched extends FilterInputStream {
        /** When the running read began; 0 between reads, which may take as long as they like. */
        private volatile long reading;

        private volatile boolean stalled;

        Watched(InputStream body) {
            super(body);
        }

        private void check() {
            long since = reading;
            if (since != 0 && System.nanoTime() - since > silenceNanos) {
                stalled = true;
                try {
                    in.close();
                } catch (IOException e) {
                    // The reader sees the end of it.
                }
            }
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int from, int length) throws IOException {
            reading = System.nanoTime() | 1;
            try {
                int n = in.read(bytes, from, length);
                if (n < 0 && stalled) {
                    throw silent();
                }
                return n;
            } catch (IOException e) {
                if (stalled) {
                    throw silent();
                }
                throw e;
            } finally {
                reading = 0;
            }
        }

        private IOException silent() {
            return new IOException(
                    "nothing came for "
                            + Duration.ofNanos(silenceNanos).toMillis() / 1000.0
                            + " s");
        }

        @Override
        public void close() throws IOException {
            open.remove(this);
            super.close();
        }
    }
}
