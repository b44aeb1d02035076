package apus.format.token;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Which two neighbouring tokens may become one, and in what order: a hash map from a pair of ids,
 * open addressing.
 */
final class Merges {
    private static final long EMPTY = -1;

    private final long[] keys;
    private final int[] ranks;
    private final int[] merged;
    private final int shift;

    // Which pairs collide must not be for the file to choose, or a search would take for ever.
    private final long multiplier = new SplittableRandom().nextLong() | 1;

    Merges(int expected) {
        int capacity = Integer.highestOneBit(Math.max(expected, 8)) << 2;
        keys = new long[capacity];
        ranks = new int[capacity];
        merged = new int[capacity];
        shift = Long.SIZE - Integer.numberOfTrailingZeros(capacity);
        Arrays.fill(keys, EMPTY);
    }

    /** Adds a pair; of two equal ones the later holds, as in the reference's map. */
    void put(int left, int right, int rank, int result) {
        long key = ((long) left << 32) | right;
        int at = slot(key);
        keys[at] = key;
        ranks[at] = rank;
        merged[at] = result;
    }

    /** A handle for {@link #rank} and {@link #result}; -1 if the pair does not merge. */
    int find(int left, int right) {
        long key = ((long) left << 32) | right;
        int at = slot(key);
        return keys[at] == key ? at : -1;
    }

    int rank(int handle) {
        return ranks[handle];
    }

    int result(int handle) {
        return merged[handle];
    }

    private int slot(long key) {
        // Multiply-shift hashing, Dietzfelbinger et al. 1997.
        int at = (int) ((key * multiplier) >>> shift);
        while (keys[at] != EMPTY && keys[at] != key) {
            at = (at + 1) & (keys.length - 1);
        }
        return at;
    }
}
