package apus.runtime.sample;

import java.util.Arrays;

/**
 * How often each token has been generated, for the tokens that have occurred at all. Takes memory
 * for these only: a counter per id of the vocabulary would be a megabyte for each choice.
 */
final class TokenCounts {
    // Open addressing; a slot holds the position in ids plus 1, 0 if it is free.
    private int[] slots;
    private int[] ids;
    private int[] counts;
    private int size;

    TokenCounts() {
        slots = new int[64];
        ids = new int[32];
        counts = new int[32];
    }

    private TokenCounts(TokenCounts other) {
        slots = other.slots.clone();
        ids = other.ids.clone();
        counts = other.counts.clone();
        size = other.size;
    }

    TokenCounts copy() {
        return new TokenCounts(this);
    }

    /** Adds to a token's count; 0 only makes it known. */
    void add(int id, int by) {
        // In two steps: finding the place may replace the array.
        int position = position(id);
        counts[position] += by;
    }

    /** Number of different tokens. */
    int size() {
        return size;
    }

    /** The i-th token, in the order of first occurrence. */
    int id(int i) {
        return ids[i];
    }

    /** Its count. */
    int count(int i) {
        return counts[i];
    }

    private int position(int id) {
        int slot = find(id);
        if (slots[slot] != 0) {
            return slots[slot] - 1;
        }
        if (size == ids.length) {
            grow();
            slot = find(id);
        }
        ids[size] = id;
        slots[slot] = ++size;
        return size - 1;
    }

    private int find(int id) {
        int slot = (id * 0x9E3779B9) >>> Integer.numberOfLeadingZeros(slots.length - 1);
        while (slots[slot] != 0 && ids[slots[slot] - 1] != id) {
            slot = (slot + 1) & (slots.length - 1);
        }
        return slot;
    }

    private void grow() {
        ids = Arrays.copyOf(ids, 2 * size);
        counts = Arrays.copyOf(counts, 2 * size);
        slots = new int[4 * size];
        for (int i = 0; i < size; i++) {
            slots[find(ids[i])] = i + 1;
        }
    }
}
