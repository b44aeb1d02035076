package apus.format.token;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

/** One tokenizer.json, read by us and by the native library. */
record OraclePair(Tokenizer ours, NativeTokenizer theirs) {
    void assertEncodesAlike(String text, String name) {
        assertArrayEquals(theirs.encode(text, false), ours.encode(text, false), name);
        int[] special = theirs.encode(text, true);
        assertArrayEquals(special, ours.encode(text, true), name);
        assertDecodesAlike(special, name);
    }

    void assertDecodesAlike(int[] ids, String name) {
        assertEquals(theirs.decode(ids, false), ours.decode(ids, false), name);
        assertEquals(theirs.decode(ids, true), ours.decode(ids, true), name);
    }
}
