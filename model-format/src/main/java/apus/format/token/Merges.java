package apus.format.token;

import java.util.Arrays;

/**
 * Which two neighbouring tokens may become one, and in what order: a hash map from a pair of ids,
 * open addressing.
 */
final class Merges {
    private static final long EMPTY = -1;

    private final long[] keys;
    private final int[] ranks;
    private final int[] merged;
    private final int mask;

    Merges(int expected) {
        int capacity = Integer.highestOneBit(Math.max(expected, 8)) << 2;
        keys = new long[capacity];
        ranks = new int[capacity];
        merged = new int[capacity];
        mask = capacity - 1;
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
        long hash = key * 0x9E3779B97F4A7C15L;
        int at = (int) (hash >>> 32) & mask;
        while (keys[at] != EMPTY && keys[at] != key) {
            at = (at + 1) & mask;
        }
        return at;
    }
}
