package apus.runtime.sched;

import java.util.List;
import java.util.Optional;

/**
 * Who holds which blocks, and on whose promise. What is free always covers what is promised, so
 * that an admitted sequence never waits for a block.
 *
 * <p>Where every layer looks back over a window only, a sequence lets go of the blocks that none of
 * its later tokens sees: their entries in its table become the null block, and it needs so many
 * blocks at most, however long it grows. A block that two sequences hold counts for the one that
 * took it; if that one lets go of it first, it counts for the other.
 */
final class BlockLedger {
    private final BlockPool pool;
    private final int blockSize;
    private final int window;
    private final int maxTokens;

    /** By block: the reservation it counts for. */
    private final Reservation[] countsFor;

    private final Optional<PrefixIndex> index;
    private int promised;

    /**
     * @param window positions that any layer looks back, its own included; 0 = all
     * @param maxTokens most tokens of a step
     * @param index is told which blocks will be overwritten
     */
    BlockLedger(
            BlockPool pool, int blockSize, int window, int maxTokens, Optional<PrefixIndex> index) {
        this.index = index;
        this.pool = pool;
        this.blockSize = blockSize;
        this.window = window;
        this.maxTokens = maxTokens;
        this.countsFor = new Reservation[pool.usable() + 1];
    }

    /** Blocks that so many positions fill. */
    int blocksFor(int positions) {
        return (positions + blockSize - 1) / blockSize;
    }

    /**
     * Most blocks that a sequence holds at a time until it has so many positions. In a window:
     * those of a step's tokens, of the window before the first of them, and one more, since neither
     * begins where a block begins.
     */
    static int most(int positions, int blockSize, int window, int maxTokens) {
        int all = Math.ceilDiv(positions, blockSize);
        if (window == 0) {
            return all;
        }
        long inSight =
                1L
                        + Math.ceilDiv(Math.min(maxTokens, positions), blockSize)
                        + Math.ceilDiv(window - 1, blockSize);
        return (int) Math.min(all, inSight);
    }

    /** Blocks for all positions it can come to hold, its forks' included. */
    int need(Sequence s) {
        long each = most(s.maxComputed(), blockSize, window, maxTokens);
        return (int) Math.min(Integer.MAX_VALUE, each * s.width());
    }

    /**
     * Whether so many blocks could be promised to somebody else, who begins with these.
     *
     * @param shared in use or free
     */
    boolean covers(int blocks, int[] shared) {
        int taken = 0;
        for (int i = firstInSight(shared.length * blockSize); i < shared.length; i++) {
            if (pool.isFree(shared[i])) {
                taken++;
            }
        }
        return pool.free() - taken - promised >= blocks;
    }

    /** Promises blocks to the first member of a new reservation. */
    Reservation promise(int blocks, int places) {
        Reservation r = new Reservation(blocks, places);
        r.members = 1;
        promised += blocks;
        return r;
    }

    /** A member has gone; its blocks were released before. */
    void leave(Reservation r) {
        if (--r.members == 0) {
            promised -= r.limit - r.held;
        }
    }

    /**
     * How many of the parent's full blocks a sequence can begin with; the last token of its prompt
     * runs in any case, to give logits. None if the parent has let go of one that is needed.
     */
    int shareable(Sequence parent, Sequence s) {
        int blocks = (s.promptLength() - 1) / blockSize;
        return parent.firstBlock <= firstInSight(blocks * blockSize) ? blocks : 0;
    }

    /** Blocks to promise to a sequence that begins with so many shared ones. */
    int toPromise(Sequence s, int shared) {
        // In a window the one who has them lets go of them one day, and takes others in their
        // place.
        return need(s) - (window == 0 ? shared : 0);
    }

    /** Gives a new sequence these first full blocks, those that it sees. */
    void share(int[] blocks, int count, Sequence to) {
        int first = firstInSight(count * blockSize);
        for (int i = 0; i < count; i++) {
            if (i >= first) {
                pool.touch(blocks[i]);
            }
            to.addBlock(i < first ? 0 : blocks[i]);
        }
        to.firstBlock = first;
        to.computed = count * blockSize;
    }

    /** Takes what a sequence lacks for so many positions. */
    void take(Sequence s, int positions) {
        Reservation r = s.reservation;
        while (s.blockCount < blocksFor(positions)) {
            assert r.held < r.limit : "beyond the reservation";
            int block = pool.take();
            index.ifPresent(i -> i.forget(block));
            s.addBlock(block);
            countsFor[block] = r;
            r.held++;
            promised--;
        }
    }

    /**
     * Lets go of the blocks that no later token of a sequence sees.
     *
     * @param running all sequences that hold blocks
     */
    void letGo(Sequence s, List<Sequence> running) {
        if (window == 0) {
            return;
        }
        // A fork computes the tokens of the last, partial block again: it must still see its own.
        int again = Math.max(0, s.computed - 1) / blockSize * blockSize;
        int end = Math.min(firstInSight(again), s.blockCount);
        while (s.firstBlock < end) {
            int block = s.blocks[s.firstBlock];
            s.blocks[s.firstBlock] = 0;
            s.firstBlock++;
            giveBack(block, s.firstBlock - 1, s, running);
        }
    }

    /** The first block that a token at this position sees. */
    private int firstInSight(int position) {
        return window == 0 ? 0 : Math.max(0, position - window + 1) / blockSize;
    }

    /**
     * Releases all blocks of a sequence that runs no more, tail first, so that the shared head of a
     * prompt is the last to be overwritten.
     *
     * @param running all other sequences that hold blocks
     */
    void release(Sequence s, List<Sequence> running) {
        for (int i = s.blockCount - 1; i >= s.firstBlock; i--) {
            giveBack(s.blocks[i], i, s, running);
        }
        s.blockCount = 0;
        s.firstBlock = 0;
    }

    private void giveBack(int block, int index, Sequence s, List<Sequence> running) {
        Reservation r = countsFor[block];
        boolean last = pool.release(block);
        if (last) {
            countsFor[block] = null;
        }
        if (r == null || r.members == 0) {
            return; // found in the index, or nothing is promised on it any more
        }
        if (last) {
            r.held--;
            promised++;
        } else if (window > 0 && r == s.reservation) {
            pass(block, index, s, running);
        }
    }

    /** Lets a block count for another of its holders, unless one of the family still has it. */
    private void pass(int block, int index, Sequence s, List<Sequence> running) {
        Reservation heir = null;
        for (Sequence other : running) {
            if (other != s
                    && index >= other.firstBlock
                    && index < other.blockCount
                    && other.blocks[index] == block) {
                if (other.reservation == s.reservation) {
                    return;
                }
                heir = other.reservation;
            }
        }
        assert heir != null : "block " + block + " has users, but none of them runs";
        countsFor[block] = heir;
        heir.held++;
        s.reservation.held--;
    }
}
