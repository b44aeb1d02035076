package apus.kernels;

/**
 * The work of one step: preallocated int arrays, refilled each time. There is no prefill or decode
 * here; a sequence brings the tokens that have not been computed yet, one or many.
 *
 * <p>Tokens of one sequence are contiguous and in order of position. {@code seqStart[s] ..
 * seqStart[s + 1]} are the tokens of sequence s, and its context (cached tokens and these) is
 * {@code contextLen[s]} long, so the last of them stands at position {@code contextLen[s] - 1}.
 */
public final class Batch {
    public int tokens;
    public int sequences;

    /** [tokens] */
    public final int[] tokenIds;

    /** [tokens], from 0 within the sequence */
    public final int[] positions;

    /** [tokens] where keys and values go: blockId * blockSize + offset */
    public final int[] slots;

    /**
     * [tokens] length that length-dependent ropes count with: max(prompt length, position + 1), or
     * the whole sequence's length where a long rope was crossed.
     */
    public final int[] ropeLength;

    /** [sequences + 1] */
    public final int[] seqStart;

    /** [sequences] cached tokens plus those of this step */
    public final int[] contextLen;

    /**
     * [sequences * blockStride] block ids in order of position; unused entries are 0, and so are
     * those of blocks that lie before the window of every layer, for all tokens of the step
     */
    public final int[] blockTable;

    /** Most blocks one sequence can hold. */
    public final int blockStride;

    /** [logitCount] token rows whose logits are wanted, ascending */
    public final int[] logitRows;

    public int logitCount;

    public Batch(int maxTokens, int maxSequences, int maxLogitRows, int blockStride) {
        this.tokenIds = new int[maxTokens];
        this.positions = new int[maxTokens];
        this.slots = new int[maxTokens];
        this.ropeLength = new int[maxTokens];
        this.seqStart = new int[maxSequences + 1];
        this.contextLen = new int[maxSequences];
        this.blockTable = new int[maxSequences * blockStride];
        this.blockStride = blockStride;
        this.logitRows = new int[maxLogitRows];
    }

    /** Empties the batch; the arrays keep their old content. */
    public void clear() {
        tokens = 0;
        sequences = 0;
        logitCount = 0;
    }

    /** Tokens that fit in all. */
    public int maxTokens() {
        return tokenIds.length;
    }

    /** Sequences that fit in all. */
    public int maxSequences() {
        return contextLen.length;
    }
}
