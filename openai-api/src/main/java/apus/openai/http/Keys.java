package apus.openai.http;

import apus.openai.ApiException;
import apus.openai.HttpSettings;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerRequestHeaders;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The keys that open guarded routes. Only their hashes are kept, and a presented key is compared
 * with all of them in constant time. Thread-safe.
 */
final class Keys {
    private static final System.Logger LOG = System.getLogger("apus.openai.http");
    private static final HeaderName X_API_KEY = HeaderNames.create("X-Api-Key");
    private static final HeaderName API_KEY = HeaderNames.create("api-key");
    private static final String SCHEME = "bearer ";

    /** Keys shorter than this are not shown even in part. */
    private static final int SHOWN_FROM = 16;

    private static final long RELOAD_NANOS = TimeUnit.SECONDS.toNanos(1);

    private record FileState(FileTime modified, long size) {}

    private final List<byte[]> fixed;
    private final Optional<Path> file;
    private List<byte[]> fromFile = List.of();
    private Optional<FileState> loaded = Optional.empty();
    private long nextLook;

    Keys(HttpSettings settings) {
        this.fixed = settings.apiKeys().stream().map(Keys::hash).toList();
        this.file = settings.apiKeyFile();
        this.nextLook = System.nanoTime();
        reload();
    }

    /** Whether guarded routes need a key at all. A key file without keys lets nobody in. */
    boolean needed() {
        return !fixed.isEmpty() || file.isPresent();
    }

    /**
     * @throws ApiException 401
     */
    void check(ServerRequestHeaders headers) {
        if (!needed()) {
            return;
        }
        List<String> presented = presented(headers);
        if (presented.isEmpty()) {
            throw refused(
                    "Missing API key. Send it as 'Authorization: Bearer KEY' or 'X-Api-Key: KEY'.");
        }
        List<byte[]> known = known();
        boolean ok = false;
        for (String key : presented) {
            byte[] hash = hash(key);
            for (byte[] each : known) {
                ok |= MessageDigest.isEqual(hash, each);
            }
        }
        if (!ok) {
            throw refused("Incorrect API key provided: " + masked(presented.getFirst()) + ".");
        }
    }

    private static ApiException refused(String message) {
        return ApiException.refused(401, "invalid_request_error", "invalid_api_key", message);
    }

    private static List<String> presented(ServerRequestHeaders headers) {
        List<String> keys = new ArrayList<>();
        if (headers.contains(HeaderNames.AUTHORIZATION)) {
            String value = headers.get(HeaderNames.AUTHORIZATION).get().strip();
            if (value.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
                keys.add(value.substring(SCHEME.length()).strip());
            }
        }
        for (HeaderName name : List.of(X_API_KEY, API_KEY)) {
            if (headers.contains(name)) {
                keys.add(headers.get(name).get().strip());
            }
        }
        keys.removeIf(String::isEmpty);
        return keys;
    }

    static String masked(String key) {
        return key.length() < SHOWN_FROM
                ? "****"
                : key.substring(0, 4) + "****" + key.substring(key.length() - 4);
    }

    private List<byte[]> known() {
        List<byte[]> all = new ArrayList<>(fixed);
        synchronized (this) {
            if (System.nanoTime() - nextLook >= 0) {
                nextLook = System.nanoTime() + RELOAD_NANOS;
                reload();
            }
            all.addAll(fromFile);
        }
        return all;
    }

    /** Reads the file if it has changed; what cannot be read leaves the keys as they were. */
    private synchronized void reload() {
        if (file.isEmpty()) {
            return;
        }
        Path path = file.get();
        try {
            Optional<FileState> now =
                    Optional.of(new FileState(Files.getLastModifiedTime(path), Files.size(path)));
            if (now.equals(loaded)) {
                return;
            }
            fromFile =
                    Files.readAllLines(path, StandardCharsets.UTF_8).stream()
                            .map(String::strip)
                            .filter(line -> !line.isEmpty())
                            .map(Keys::hash)
                            .toList();
            loaded = now;
            if (fromFile.isEmpty() && fixed.isEmpty()) {
                LOG.log(System.Logger.Level.WARNING, "no keys in {0}: nobody gets in", path);
            }
        } catch (IOException e) {
            if (loaded.isPresent()) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "cannot read keys from {0} ({1}); the ones read before stay valid",
                        path,
                        e);
            } else {
                throw new ListenException(
                        "API key file %s cannot be read: %s".formatted(path, e), e);
            }
        }
    }

    private static byte[] hash(String key) {
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest(key.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
