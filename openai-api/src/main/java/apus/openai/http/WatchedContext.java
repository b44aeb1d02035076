package apus.openai.http;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataWriter;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.PeerInfo;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ListenerContext;
import io.helidon.webserver.ProxyProtocolData;
import io.helidon.webserver.Router;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;

/** Helidon's view of a connection, reading from an {@link Intake} and timing its writes. */
final class WatchedContext implements ConnectionContext {
    private final ConnectionContext helidon;
    private final Intake intake;
    private final DataReader reader;
    private final TimedWriter writer;

    WatchedContext(ConnectionContext helidon, Intake intake) {
        this.helidon = helidon;
        this.intake = intake;
        this.reader = DataReader.create(intake);
        this.writer = new TimedWriter(helidon.dataWriter());
    }

    Intake intake() {
        return intake;
    }

    /** How long the write under way has taken; zero if there is none. */
    Duration stuck() {
        long since = writer.since;
        return since == 0 ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - since);
    }

    @Override
    public DataReader dataReader() {
        return reader;
    }

    @Override
    public DataWriter dataWriter() {
        return writer;
    }

    @Override
    public ListenerContext listenerContext() {
        return helidon.listenerContext();
    }

    @Override
    public ExecutorService executor() {
        return helidon.executor();
    }

    @Override
    public Router router() {
        return helidon.router();
    }

    @Override
    public Optional<ProxyProtocolData> proxyProtocolData() {
        return helidon.proxyProtocolData();
    }

    @Override
    public HelidonSocket serverSocket() {
        return helidon.serverSocket();
    }

    @Override
    public PeerInfo remotePeer() {
        return helidon.remotePeer();
    }

    @Override
    public PeerInfo localPeer() {
        return helidon.localPeer();
    }

    @Override
    public boolean isSecure() {
        return helidon.isSecure();
    }

    @Override
    public String socketId() {
        return helidon.socketId();
    }

    @Override
    public String childSocketId() {
        return helidon.childSocketId();
    }

    /**
     * Notes when a write began. Writes do not overlap: a connection answers one request at a time.
     */
    private static final class TimedWriter implements DataWriter {
        private final DataWriter to;
        private volatile long since;

        TimedWriter(DataWriter to) {
            this.to = to;
        }

        @Override
        public void write(BufferData... buffers) {
            write(BufferData.create(buffers));
        }

        @Override
        public void write(BufferData buffer) {
            begin();
            try {
                to.write(buffer);
            } finally {
                since = 0;
            }
        }

        @Override
        public void writeNow(BufferData... buffers) {
            writeNow(BufferData.create(buffers));
        }

        @Override
        public void writeNow(BufferData buffer) {
            begin();
            try {
                to.writeNow(buffer);
            } finally {
                since = 0;
            }
        }

        private void begin() {
            // 0 means "no write": a clock that reads exactly 0 would hide one write, once.
            since = System.nanoTime();
        }

        @Override
        public void flush() {
            to.flush();
        }

        @Override
        public void close() {
            to.close();
        }
    }
}
