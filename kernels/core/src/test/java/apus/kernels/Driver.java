package apus.kernels;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.util.ArrayList;
import java.util.List;

/**
 * Feeds an executor as a scheduler would, step by step, with the freedom a test needs: any chunk
 * sizes, any block ids, any mixture of sequences. Returns logits of every token fed.
 */
public final class Driver {
    private final Executor executor;
    private final Batch batch;
    private final int blockSize;
    private final int blocksPerSequence;
    private final int restartLength;

    /** A sequence under way. */
    public static final class Seq {
        final List<Integer> tokens = new ArrayList<>();
        int promptLength;
        final int[] blocks;
        int computed;

        /** Positions any layer looks back; entries of blocks before that become 0. 0 = all. */
        int window;

        /** Tokens computed a second time, whose logits were given already. */
        int repeated;

        /** Logits of every computed token. */
        public final List<float[]> logits = new ArrayList<>();

        Seq(int[] prompt, int[] blocks) {
            for (int id : prompt) {
                tokens.add(id);
            }
            promptLength = prompt.length;
            this.blocks = blocks;
        }

        /** Lets entries of blocks that no later token sees become the null block. */
        public Seq within(int newWindow) {
            window = newWindow;
            return this;
        }

        public void append(int id) {
            tokens.add(id);
        }

        public float[] last() {
            return logits.getLast();
        }
    }

    /**
     * @param restartLength see {@link apus.format.spec.RopeFrequencies#restartLength}
     */
    public Driver(
            Executor executor,
            int maxTokens,
            int maxSequences,
            int blockSize,
            int blocksPerSequence,
            int restartLength) {
        this.executor = executor;
        this.batch = new Batch(maxTokens, maxSequences, maxTokens, blocksPerSequence);
        this.blockSize = blockSize;
        this.blocksPerSequence = blocksPerSequence;
        this.restartLength = restartLength;
    }

    /** A sequence that owns the given blocks. */
    public Seq start(int[] prompt, int[] blocks) {
        return new Seq(prompt, blocks);
    }

    /** A sequence on the {@code index}-th run of consecutive blocks. */
    public Seq start(int[] prompt, int index) {
        int[] blocks = new int[blocksPerSequence];
        for (int i = 0; i < blocks.length; i++) {
            blocks[i] = 1 + index * blocksPerSequence + i;
        }
        return new Seq(prompt, blocks);
    }

    /**
     * Computes everything outstanding of all sequences together, at most {@code chunk} tokens of
     * each per step.
     */
    public void run(int chunk, Seq... sequences) {
        boolean more = true;
        for (Seq seq : sequences) {
            restartIfGrown(seq);
        }
        while (more) {
            more = false;
            batch.clear();
            List<Seq> owner = new ArrayList<>();
            for (Seq seq : sequences) {
                int n =
                        Math.min(
                                chunk,
                                Math.min(
                                        seq.tokens.size() - seq.computed,
                                        batch.maxTokens() - batch.tokens));
                if (n > 0) {
                    add(seq, n, owner);
                    more = true;
                }
            }
            if (more) {
                batch.seqStart[batch.sequences] = batch.tokens;
                Logits out = executor.forward(batch);
                for (int i = 0; i < out.rows(); i++) {
                    if (owner.get(i).repeated > 0) {
                        owner.get(i).repeated--;
                    } else {
                        owner.get(i).logits.add(out.row(i).toArray(JAVA_FLOAT));
                    }
                }
            }
        }
    }

    /** Keys are void once a sequence outgrows the length that a long rope was trained for. */
    private void restartIfGrown(Seq seq) {
        if (restartLength > 0
                && seq.promptLength <= restartLength
                && seq.tokens.size() > restartLength) {
            seq.promptLength = seq.tokens.size();
            seq.computed = 0;
            seq.repeated = seq.logits.size();
        }
    }

    private void add(Seq seq, int n, List<Seq> owner) {
        if (seq.window > 0) {
            int first = Math.max(0, seq.computed - seq.window + 1) / blockSize;
            java.util.Arrays.fill(seq.blocks, 0, first, 0);
        }
        int s = batch.sequences++;
        batch.seqStart[s] = batch.tokens;
        for (int i = 0; i < n; i++) {
            int position = seq.computed++;
            int t = batch.tokens++;
            batch.tokenIds[t] = seq.tokens.get(position);
            batch.positions[t] = position;
            batch.slots[t] = seq.blocks[position / blockSize] * blockSize + position % blockSize;
            batch.ropeLength[t] = Math.max(seq.promptLength, position + 1);
            batch.logitRows[batch.logitCount++] = t;
            owner.add(seq);
        }
        batch.contextLen[s] = seq.computed;
        System.arraycopy(seq.blocks, 0, batch.blockTable, s * batch.blockStride, seq.blocks.length);
    }
}
