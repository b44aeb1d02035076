package apus.format.token;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * A hash map from longs, none of them negative, to longs that are not negative; open addressing.
 */
final class LongTable {
    private static final long EMPTY = -1;

    // Key and value side by side: one cache line for both.
    private long[] slots;
    private int shift;
    private int size;

    // Which keys collide must not be for a file to choose, or a search would take for ever.
    private final long multiplier = new SplittableRandom().nextLong() | 1;

    LongTable(int expected) {
        allocate(Integer.highestOneBit(Math.max(expected, 8)) << 2);
    }

    private void allocate(int capacity) {
        slots = new long[2 * capacity];
        Arrays.fill(slots, EMPTY);
        shift = Long.SIZE - Integer.numberOfTrailingZeros(capacity);
    }

    /** Sets the value of a key; of two the later holds. */
    void put(long key, long value) {
        if (4L * size >= slots.length) {
            long[] old = slots;
            allocate(old.length);
            for (int i = 0; i < old.length; i += 2) {
                if (old[i] != EMPTY) {
                    int at = slot(old[i]);
                    slots[at] = old[i];
                    slots[at + 1] = old[i + 1];
                }
            }
        }
        int at = slot(key);
        if (slots[at] == EMPTY) {
            size++;
        }
        slots[at] = key;
        slots[at + 1] = value;
    }

    /** The value, or -1. */
    long get(long key) {
        int at = slot(key);
        // An empty slot holds -1 for a value too.
        return slots[at + 1];
    }

    private int slot(long key) {
        long[] table = slots;
        // Multiply-shift hashing, Dietzfelbinger et al. 1997.
        int at = (int) ((key * multiplier) >>> shift) << 1;
        while (table[at] != key && table[at] != EMPTY) {
            at = (at + 2) & (table.length - 1);
        }
        return at;
    }
}
