package apus.format;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * SHA-256 over a list of byte strings and numbers. Each string is preceded by its length, so that
 * no two lists run together to the same bytes. Not thread-safe.
 */
public final class Digest {
    private final MessageDigest sha;

    private Digest(MessageDigest sha) {
        this.sha = sha;
    }

    public static Digest sha256() {
        try {
            return new Digest(MessageDigest.getInstance("SHA-256"));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    public Digest bytes(byte[] bytes) {
        number(bytes.length);
        sha.update(bytes);
        return this;
    }

    public Digest number(long value) {
        sha.update(ByteBuffer.allocate(Long.BYTES).putLong(0, value));
        return this;
    }

    /** 64 lower-case digits. The digest starts over. */
    public String hex() {
        return HexFormat.of().formatHex(sha.digest());
    }
}
