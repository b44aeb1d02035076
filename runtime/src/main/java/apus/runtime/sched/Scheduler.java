package apus.runtime.sched;

import apus.kernels.Batch;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * Continuous batching with one rule: computed tokens chase known tokens. There is no prefill and no
 * decode; a step takes outstanding tokens of the running sequences, then admits waiting ones while
 * tokens, places and blocks last.
 *
 * <p>Admission reserves every block a sequence can come to need, so a running sequence never has to
 * wait for memory and nobody is thrown out. Single tokens go before longer stretches: somebody
 * else's long prompt must not hold up a running answer.
 */
public final class Scheduler {
    private static final int[] NO_BLOCKS = {};

    private final BlockPool pool;
    private final int blockSize;
    private final int maxSequences;
    private final int maxLogitRows;
    private final boolean chunked;
    private final int restartLength;
    private final Optional<PrefixIndex> index;
    private final ArrayDeque<Sequence> waiting = new ArrayDeque<>();
    private final List<Sequence> running = new ArrayList<>();
    private int places;
    private int promised;

    /**
     * @param blockSize tokens per block
     * @param maxSequences places in a batch
     * @param maxLogitRows rows of logits in a batch, at least maxSequences
     * @param chunked whether a long stretch may be split over steps
     * @param restartLength length beyond which a sequence that began below it is computed anew; 0 =
     *     never
     * @param prefixCaching whether blocks of earlier sequences are looked for
     */
    public Scheduler(
            BlockPool pool,
            int blockSize,
            int maxSequences,
            int maxLogitRows,
            boolean chunked,
            int restartLength,
            boolean prefixCaching) {
        this.pool = pool;
        this.blockSize = blockSize;
        this.maxSequences = maxSequences;
        this.maxLogitRows = maxLogitRows;
        this.chunked = chunked;
        this.restartLength = restartLength;
        this.index =
                prefixCaching
                        ? Optional.of(new PrefixIndex(pool.usable() + 1, blockSize))
                        : Optional.empty();
    }

    /** Blocks that so many positions need. */
    public int blocksFor(int positions) {
        return (positions + blockSize - 1) / blockSize;
    }

    /** Whether a sequence could run if it had the machine to itself. */
    public boolean canEverRun(Sequence s) {
        return s.width() <= maxSequences && need(s) <= pool.usable();
    }

    /** Puts a sequence at the end of the queue. */
    public void add(Sequence s) {
        waiting.add(s);
    }

    /** Sequences in the queue. */
    public int waiting() {
        return waiting.size();
    }

    /** Sequences that were admitted and have not ended. */
    public int running() {
        return running.size();
    }

    /**
     * Fills the batch and says for whom.
     *
     * @return false if there is nothing to compute
     */
    public boolean plan(Batch batch, Step step) {
        batch.clear();
        step.clear();
        for (Sequence s : running) {
            restartIfCrossed(s);
        }
        for (Sequence s : running) {
            if (s.outstanding() == 1) {
                schedule(s, batch, step);
            }
        }
        for (Sequence s : running) {
            if (s.outstanding() > 1) {
                schedule(s, batch, step);
            }
        }
        admit(batch, step);
        batch.seqStart[batch.sequences] = batch.tokens;
        return batch.tokens > 0;
    }

    /** Marks the tokens of a step as computed. */
    public void commit(Step step) {
        for (int i = 0; i < step.count(); i++) {
            Sequence s = step.sequence(i);
            int before = s.computed;
            s.computed += step.tokens(i);
            if (index.isPresent() && mayCache(s)) {
                index.get().publish(s, before, s.computed);
            }
        }
    }

    /** Takes a sequence out, wherever it is, and frees what is only its own. Idempotent. */
    public void finish(Sequence s) {
        if (s.finished) {
            return;
        }
        s.finished = true;
        s.parent = null;
        if (s.reservation == null) {
            waiting.remove(s);
            return;
        }
        running.remove(s);
        releaseBlocks(s);
        Reservation r = s.reservation;
        if (--r.members == 0) {
            promised -= r.limit - r.held;
            places -= r.places;
        }
    }

    /**
     * A second sequence with the tokens of a running one, to grow apart. It shares the full blocks
     * and computes the tokens of the last, partial block again. Both live on one reservation.
     */
    public Sequence fork(Sequence s) {
        assert s.reservation != null && !s.finished;
        Sequence fork = s.copy();
        fork.reservation = s.reservation;
        fork.reservation.members++;
        fork.restarted = s.restarted;
        if (!mayRestart(s)) {
            share(s.blocks, s.computed / blockSize, fork);
        }
        running.add(fork);
        return fork;
    }

    private void admit(Batch batch, Step step) {
        Iterator<Sequence> queue = waiting.iterator();
        while (queue.hasNext() && batch.tokens < batch.maxTokens()) {
            Sequence s = queue.next();
            if (s.parent != null && !s.parent.finished && s.parent.computed < s.promptLength()) {
                continue; // its sibling computes the prompt for both
            }
            int[] shared = sharedBlocks(s);
            int limit = need(s) - shared.length;
            if (places + s.width() > maxSequences
                    || pool.free() - freeAmong(shared) - promised < limit) {
                break; // first come, first served: a small one must not starve a large one
            }
            if (!chunked && batch.tokens > 0 && s.length() > batch.maxTokens() - batch.tokens) {
                break;
            }
            queue.remove();
            s.reservation = new Reservation(limit, s.width());
            s.reservation.members = 1;
            promised += limit;
            places += s.width();
            if (s.parent == null) {
                s.cached = shared.length * blockSize;
            }
            share(shared, shared.length, s);
            s.parent = null;
            running.add(s);
            schedule(s, batch, step);
        }
    }

    /** Blocks for all positions it can come to hold, its forks' included. */
    private int need(Sequence s) {
        return s.width() * blocksFor(s.maxComputed());
    }

    /**
     * Full blocks that hold its beginning already; the last token runs in any case, to give logits.
     */
    private int[] sharedBlocks(Sequence s) {
        if (s.parent != null && s.parent.finished) {
            s.parent = null;
        }
        if (s.parent != null) {
            int blocks = mayRestart(s) ? 0 : (s.promptLength() - 1) / blockSize;
            return Arrays.copyOf(s.parent.blocks, blocks);
        }
        // Rows of logits are not in the cache, so whoever wants them all computes them all.
        return index.isPresent() && mayCache(s) && !s.everyRow()
                ? index.get().longestMatch(s)
                : NO_BLOCKS;
    }

    private int freeAmong(int[] blocks) {
        int count = 0;
        for (int block : blocks) {
            if (pool.isFree(block)) {
                count++;
            }
        }
        return count;
    }

    private void share(int[] blocks, int count, Sequence to) {
        for (int i = 0; i < count; i++) {
            pool.touch(blocks[i]);
            to.addBlock(blocks[i]);
        }
        to.computed = count * blockSize;
    }

    /** Beyond the long rope's border keys depend on more than the tokens before them. */
    private boolean mayCache(Sequence s) {
        return restartLength == 0 || s.maxLength() <= restartLength;
    }

    /** Such a sequence overwrites its blocks one day, so it must own them all. */
    private boolean mayRestart(Sequence s) {
        return restartLength > 0
                && s.promptLength() <= restartLength
                && s.maxLength() > restartLength;
    }

    private void restartIfCrossed(Sequence s) {
        if (!s.restarted && mayRestart(s) && s.length() > restartLength) {
            s.restarted = true;
            s.computed = 0;
        }
    }

    private void schedule(Sequence s, Batch batch, Step step) {
        int tokens = Math.min(s.outstanding(), batch.maxTokens() - batch.tokens);
        if (!chunked && tokens < s.outstanding()) {
            return;
        }
        boolean everyRow = s.everyRow() && s.computed < s.promptLength();
        if (everyRow) {
            // One row is kept for each of the others.
            int others = running.size() - step.count() - 1;
            tokens = Math.min(tokens, maxLogitRows - batch.logitCount - Math.max(0, others));
        }
        if (tokens <= 0) {
            return;
        }
        boolean end = tokens == s.outstanding();
        int rows = everyRow ? tokens : end ? 1 : 0;
        if (batch.logitCount + rows > maxLogitRows) {
            return; // admitted in this step, behind one that wanted every row there was
        }
        step.add(s, tokens, batch.logitCount, rows);
        takeBlocks(s, s.computed + tokens);
        place(s, tokens, rows, batch);
    }

    private void takeBlocks(Sequence s, int positions) {
        while (s.blockCount < blocksFor(positions)) {
            assert s.reservation.held < s.reservation.limit : "beyond the reservation";
            int block = pool.take();
            index.ifPresent(i -> i.forget(block));
            s.addBlock(block);
            s.reservation.held++;
            promised--;
        }
    }

    /** Tail first, so that the shared head of a prompt is the last to be overwritten. */
    private void releaseBlocks(Sequence s) {
        for (int i = s.blockCount - 1; i >= 0; i--) {
            if (pool.release(s.blocks[i]) && s.reservation.held > 0) {
                s.reservation.held--;
                promised++;
            }
        }
        s.blockCount = 0;
    }

    private void place(Sequence s, int tokens, int rows, Batch batch) {
        int index = batch.sequences++;
        batch.seqStart[index] = batch.tokens;
        batch.contextLen[index] = s.computed + tokens;
        System.arraycopy(s.blocks, 0, batch.blockTable, index * batch.blockStride, s.blockCount);
        for (int i = 0; i < tokens; i++) {
            int position = s.computed + i;
            int row = batch.tokens + i;
            batch.tokenIds[row] = s.token(position);
            batch.positions[row] = position;
            batch.slots[row] = s.blocks[position / blockSize] * blockSize + position % blockSize;
            batch.ropeLength[row] =
                    s.restarted ? s.length() : Math.max(s.promptLength(), position + 1);
        }
        batch.tokens += tokens;
        for (int i = tokens - rows; i < tokens; i++) {
            batch.logitRows[batch.logitCount++] = batch.tokens - tokens + i;
        }
    }
}
