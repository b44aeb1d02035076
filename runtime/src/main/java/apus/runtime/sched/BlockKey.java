package apus.runtime.sched;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * What a full block holds: the tokens of the block and of all before it, under the salt of the
 * request. 128 bits of SHA-256 over (parent key, tokens), so that nobody can construct a prompt
 * whose blocks pass for another's.
 */
record BlockKey(long high, long low) {
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final int KEY_BYTES = 2 * Long.BYTES;

    /** The root of all requests without a salt. */
    static final BlockKey UNSALTED = root("");

    /** The key before the first block: tenants of different salts share nothing. */
    static BlockKey root(String salt) {
        return of(salt.getBytes(StandardCharsets.UTF_8));
    }

    /** The key of the block behind this one that holds the tokens {@code from <= i < to} of s. */
    BlockKey next(Sequence s, int from, int to) {
        byte[] bytes = new byte[KEY_BYTES + (to - from) * Integer.BYTES];
        LONG.set(bytes, 0, high);
        LONG.set(bytes, Long.BYTES, low);
        for (int i = from; i < to; i++) {
            INT.set(bytes, KEY_BYTES + (i - from) * Integer.BYTES, s.token(i));
        }
        return of(bytes);
    }

    private static BlockKey of(byte[] bytes) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
            return new BlockKey((long) LONG.get(hash, 0), (long) LONG.get(hash, Long.BYTES));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
