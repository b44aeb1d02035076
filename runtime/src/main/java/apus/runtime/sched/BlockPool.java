package apus.runtime.sched;

/**
 * Blocks of the key/value cache and how many sequences use each. The free ones form a doubly linked
 * list in two int arrays: blocks are taken from its head and freed to its tail, so a block that was
 * freed long ago is overwritten first, and one in the middle can be taken back in constant time.
 * Block 0 is nobody's: padding may write to it.
 */
public final class BlockPool {
    private final int[] users;
    private final int[] next;
    private final int[] previous;
    private int free;

    /**
     * @param blocks number of blocks, the null block 0 included
     */
    public BlockPool(int blocks) {
        users = new int[blocks];
        next = new int[blocks];
        previous = new int[blocks];
        // Index 0 is the list's anchor, which the null block does not need.
        for (int b = 0; b < blocks; b++) {
            next[b] = (b + 1) % blocks;
            previous[b] = (b + blocks - 1) % blocks;
        }
        free = blocks - 1;
    }

    /** Blocks that sequences can use at all. */
    public int usable() {
        return users.length - 1;
    }

    /** Blocks nobody uses. */
    public int free() {
        return free;
    }

    /** Whether nobody uses a block. */
    boolean isFree(int block) {
        return users[block] == 0;
    }

    /** A free block, now with one user. */
    int take() {
        int block = next[0];
        assert block != 0 : "no free block; admission must have prevented this";
        unlink(block);
        users[block] = 1;
        return block;
    }

    /** One more user for a block, in use or free. */
    void touch(int block) {
        if (users[block] == 0) {
            unlink(block);
        }
        users[block]++;
    }

    /**
     * One user less.
     *
     * @return whether that was the last
     */
    boolean release(int block) {
        assert users[block] > 0 : "block " + block + " has no user";
        if (--users[block] > 0) {
            return false;
        }
        int tail = previous[0];
        next[tail] = block;
        previous[block] = tail;
        next[block] = 0;
        previous[0] = block;
        free++;
        return true;
    }

    private void unlink(int block) {
        next[previous[block]] = next[block];
        previous[next[block]] = previous[block];
        free--;
    }
}
