package apus.openai;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How the server listens, whom it lets in, and its limits. Nothing is unlimited by default.
 *
 * @param host address to listen on
 * @param port 0 = any free one
 * @param apiKeys keys that open the guarded routes; with none and no file they are open, on
 *     loopback only
 * @param apiKeyFile more keys, one per line, read again when the file changes
 * @param allowUnauthenticated whether to listen beyond loopback without a key
 * @param metricsAuth whether /metrics needs a key
 * @param allowedOrigins CORS origins, {@code *} and {@code http://localhost:*} patterns included;
 *     empty = none with keys, local ones without
 * @param allowedHosts Host header values accepted beside the loopback names when no key is set
 * @param endpointId the only id accepted in /v2/ID/...; empty = any
 * @param maxBodyBytes largest request body
 * @param maxHeaderBytes largest sum of header lines
 * @param maxConnections open connections
 * @param bodyTimeout longest wait for the next bytes of a request
 * @param idleTimeout how long an unused connection stays open
 * @param requestTimeout longest time one request may take
 * @param ssePing silence before a comment keeps a stream alive
 * @param shutdownGrace how long running requests may go on after a stop was asked for
 * @param logRequests whether each request is logged, without its text
 */
public record HttpSettings(
        String host,
        int port,
        List<String> apiKeys,
        Optional<Path> apiKeyFile,
        boolean allowUnauthenticated,
        boolean metricsAuth,
        List<String> allowedOrigins,
        List<String> allowedHosts,
        Optional<String> endpointId,
        long maxBodyBytes,
        int maxHeaderBytes,
        int maxConnections,
        Duration bodyTimeout,
        Duration idleTimeout,
        Duration requestTimeout,
        Duration ssePing,
        Duration shutdownGrace,
        boolean logRequests) {

    /** Everything at its default. */
    public static HttpSettings defaults() {
        return builder().build();
    }

    /** Starts from the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Starts from these values. */
    public Builder change() {
        Builder b = new Builder();
        b.host = host;
        b.port = port;
        b.apiKeys = apiKeys;
        b.apiKeyFile = apiKeyFile;
        b.allowUnauthenticated = allowUnauthenticated;
        b.metricsAuth = metricsAuth;
        b.allowedOrigins = allowedOrigins;
        b.allowedHosts = allowedHosts;
        b.endpointId = endpointId;
        b.maxBodyBytes = maxBodyBytes;
        b.maxHeaderBytes = maxHeaderBytes;
        b.maxConnections = maxConnections;
        b.bodyTimeout = bodyTimeout;
        b.idleTimeout = idleTimeout;
        b.requestTimeout = requestTimeout;
        b.ssePing = ssePing;
        b.shutdownGrace = shutdownGrace;
        b.logRequests = logRequests;
        return b;
    }

    /** Collects values; each method is named for the component it sets. */
    public static final class Builder {
        private String host = "127.0.0.1";
        private int port = 8000;
        private List<String> apiKeys = List.of();
        private Optional<Path> apiKeyFile = Optional.empty();
        private boolean allowUnauthenticated = false;
        private boolean metricsAuth = false;
        private List<String> allowedOrigins = List.of();
        private List<String> allowedHosts = List.of();
        private Optional<String> endpointId = Optional.empty();
        private long maxBodyBytes = 32L << 20;
        private int maxHeaderBytes = 16384;
        private int maxConnections = 1024;
        private Duration bodyTimeout = Duration.ofSeconds(30);
        private Duration idleTimeout = Duration.ofMinutes(5);
        private Duration requestTimeout = Duration.ofHours(1);
        private Duration ssePing = Duration.ofSeconds(15);
        private Duration shutdownGrace = Duration.ofSeconds(30);
        private boolean logRequests = false;

        private Builder() {}

        public Builder host(String value) {
            host = value;
            return this;
        }

        public Builder port(int value) {
            port = value;
            return this;
        }

        public Builder apiKeys(List<String> value) {
            apiKeys = value;
            return this;
        }

        public Builder apiKeyFile(Optional<Path> value) {
            apiKeyFile = value;
            return this;
        }

        public Builder allowUnauthenticated(boolean value) {
            allowUnauthenticated = value;
            return this;
        }

        public Builder metricsAuth(boolean value) {
            metricsAuth = value;
            return this;
        }

        public Builder allowedOrigins(List<String> value) {
            allowedOrigins = value;
            return this;
        }

        public Builder allowedHosts(List<String> value) {
            allowedHosts = value;
            return this;
        }

        public Builder endpointId(Optional<String> value) {
            endpointId = value;
            return this;
        }

        public Builder maxBodyBytes(long value) {
            maxBodyBytes = value;
            return this;
        }

        public Builder maxHeaderBytes(int value) {
            maxHeaderBytes = value;
            return this;
        }

        public Builder maxConnections(int value) {
            maxConnections = value;
            return this;
        }

        public Builder bodyTimeout(Duration value) {
            bodyTimeout = value;
            return this;
        }

        public Builder idleTimeout(Duration value) {
            idleTimeout = value;
            return this;
        }

        public Builder requestTimeout(Duration value) {
            requestTimeout = value;
            return this;
        }

        public Builder ssePing(Duration value) {
            ssePing = value;
            return this;
        }

        public Builder shutdownGrace(Duration value) {
            shutdownGrace = value;
            return this;
        }

        public Builder logRequests(boolean value) {
            logRequests = value;
            return this;
        }

        /** Checks and freezes. */
        public HttpSettings build() {
            return new HttpSettings(
                    host,
                    port,
                    apiKeys,
                    apiKeyFile,
                    allowUnauthenticated,
                    metricsAuth,
                    allowedOrigins,
                    allowedHosts,
                    endpointId,
                    maxBodyBytes,
                    maxHeaderBytes,
                    maxConnections,
                    bodyTimeout,
                    idleTimeout,
                    requestTimeout,
                    ssePing,
                    shutdownGrace,
                    logRequests);
        }
    }
}
