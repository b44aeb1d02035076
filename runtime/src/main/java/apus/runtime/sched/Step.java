package apus.runtime.sched;

/**
 * What a planned batch holds for whom: entry i is the i-th sequence of the batch. Refilled by
 * {@link Scheduler#plan}.
 */
public final class Step {
    private final Sequence[] sequences;
    private final int[] tokens;
    private final int[] firstRow;
    private final int[] rows;
    private int count;

    /**
     * @param maxSequences as of the batch
     */
    public Step(int maxSequences) {
        sequences = new Sequence[maxSequences];
        tokens = new int[maxSequences];
        firstRow = new int[maxSequences];
        rows = new int[maxSequences];
    }

    void clear() {
        count = 0;
    }

    void add(Sequence s, int newTokens, int first, int howMany) {
        sequences[count] = s;
        tokens[count] = newTokens;
        firstRow[count] = first;
        rows[count] = howMany;
        count++;
    }

    /** Sequences in the batch. */
    public int count() {
        return count;
    }

    public Sequence sequence(int i) {
        return sequences[i];
    }

    /** Tokens computed for it. */
    public int tokens(int i) {
        return tokens[i];
    }

    /**
     * Its first row of logits. The rows are those of its last {@link #rows} tokens in this step.
     */
    public int firstRow(int i) {
        return firstRow[i];
    }

    /** Its rows of logits; 0 for a chunk that is not the last. */
    public int rows(int i) {
        return rows[i];
    }

    /**
     * After the step was committed: whether it reached the last known token, so that the next one
     * can be drawn.
     */
    public boolean reachedEnd(int i) {
        return sequences[i].outstanding() == 0;
    }
}
