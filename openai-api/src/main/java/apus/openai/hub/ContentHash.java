package apus.openai.hub;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a file's ETag says about its bytes. Large files (LFS) are named by their SHA-256; small ones
 * by git's name for them, the SHA-1 over {@code "blob SIZE\0"} and the bytes (git-scm.com, Git
 * Internals, Git Objects). It is the file's name among the cache's blobs too.
 *
 * @param hex lower case
 */
record ContentHash(Kind kind, String hex) {
    enum Kind {
        GIT("SHA-1"),
        LFS("SHA-256");

        private final String algorithm;

        Kind(String algorithm) {
            this.algorithm = algorithm;
        }
    }

    private static final Pattern ETAG =
            Pattern.compile("(?:W/)?\"?([0-9a-fA-F]{64}|[0-9a-fA-F]{40})\"?");

    /** Nothing if the ETag is no hash. */
    static Optional<ContentHash> ofEtag(String etag) {
        Matcher matcher = ETAG.matcher(etag.strip());
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String hex = matcher.group(1).toLowerCase(Locale.ROOT);
        return Optional.of(new ContentHash(hex.length() == 64 ? Kind.LFS : Kind.GIT, hex));
    }

    /** A digest of the file's bytes, to be fed in order. */
    MessageDigest start(long size) {
        try {
            MessageDigest digest = MessageDigest.getInstance(kind.algorithm);
            if (kind == Kind.GIT) {
                digest.update(("blob " + size + "\0").getBytes(StandardCharsets.US_ASCII));
            }
            return digest;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has " + kind.algorithm, e);
        }
    }

    /** Whether a digest that was fed all bytes is this hash. Ends the digest. */
    boolean matches(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest()).equals(hex);
    }
}
