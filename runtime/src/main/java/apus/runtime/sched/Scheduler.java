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
 * <p>Admission reserves as many blocks as a sequence can come to hold at a time, so a running
 * sequence never has to wait for memory and nobody is thrown out. Single tokens go before longer
 * stretches: somebody else's long prompt must not hold up a running answer.
 */
public final class Scheduler {
    private static final int[] NO_BLOCKS = {};

    private final BlockPool pool;
    private final BlockLedger ledger;
    private final int blockSize;
    private final int maxSequences;
    private final int maxLogitRows;
    private final boolean chunked;
    private final int restartLength;
    private final Optional<PrefixIndex> index;
    private final ArrayDeque<Sequence> waiting = new ArrayDeque<>();
    private final List<Sequence> running = new ArrayList<>();
    private int places;

    /**
     * @param blockSize tokens per block
     * @param maxTokens most tokens of a batch
     * @param maxSequences places in a batch
     * @param maxLogitRows rows of logits in a batch, at least maxSequences
     * @param chunked whether a long stretch may be split over steps
     * @param restartLength length beyond which a sequence that began below it is computed anew; 0 =
     *     never
     * @param window positions that any layer looks back, its own included; 0 = all. Not together
     *     with a restartLength: what is computed anew must see its beginning
     * @param prefixCaching whether blocks of earlier sequences are looked for
     */
    public Scheduler(
            BlockPool pool,
            int blockSize,
            int maxTokens,
            int maxSequences,
            int maxLogitRows,
            boolean chunked,
            int restartLength,
            int window,
            boolean prefixCaching) {
        assert window == 0 || restartLength == 0 : window + " " + restartLength;
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
        this.ledger = new BlockLedger(pool, blockSize, window, maxTokens, index);
    }

    /**
     * Most blocks that one sequence holds at a time until it has so many positions; parameters as
     * of the constructor.
     */
    public static int mostBlocks(int positions, int blockSize, int window, int maxTokens) {
        return BlockLedger.most(positions, blockSize, window, maxTokens);
    }

    /** Whether a sequence could run if it had the machine to itself. */
    public boolean canEverRun(Sequence s) {
        return s.width() <= maxSequences && ledger.need(s) <= pool.usable();
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
        Reservation r = s.reservation;
        ledger.release(s, running);
        ledger.leave(r);
        if (r.members == 0) {
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
            ledger.share(s.blocks, s.computed / blockSize, fork);
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
            int limit = ledger.toPromise(s, shared.length);
            if (places + s.width() > maxSequences || !ledger.covers(limit, shared)) {
                break; // first come, first served: a small one must not starve a large one
            }
            if (!chunked && batch.tokens > 0 && s.length() > batch.maxTokens() - batch.tokens) {
                break;
            }
            queue.remove();
            s.reservation = ledger.promise(limit, s.width());
            places += s.width();
            if (s.parent == null) {
                s.cached = shared.length * blockSize;
            }
            ledger.share(shared, shared.length, s);
            s.parent = null;
            running.add(s);
            schedule(s, batch, step);
        }
    }

    /**
     * Full blocks that hold its beginning already; the last token runs in any case, to give logits.
     */
    private int[] sharedBlocks(Sequence s) {
        if (s.parent != null && s.parent.finished) {
            s.parent = null;
        }
        if (s.parent != null) {
            int blocks = mayRestart(s) ? 0 : ledger.shareable(s.parent, s);
            return Arrays.copyOf(s.parent.blocks, blocks);
        }
        // Rows of logits are not in the cache, so whoever wants them all computes them all.
        s.lookedUp = index.isPresent() && mayCache(s) && !s.everyRow();
        return s.lookedUp ? index.get().longestMatch(s) : NO_BLOCKS;
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
        ledger.letGo(s, running);
        ledger.take(s, s.computed + tokens);
        place(s, tokens, rows, batch);
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
