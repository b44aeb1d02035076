package apus.runtime.sched;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One row of tokens that grows: the prompt, then what was drawn. Integers only; belongs to the
 * engine thread.
 */
public final class Sequence {
    private int[] tokens;
    private int length;
    private final int promptLength;
    private final int maxLength;
    private final boolean everyRow;
    private final int width;

    /** Keys of its first full blocks; made as somebody asks. */
    private final List<BlockKey> keys = new ArrayList<>();

    private BlockKey root = BlockKey.UNSALTED;

    /**
     * Prompt to share blocks with once it has been computed; null when there is none (any more).
     */
    Sequence parent;

    /** Null before admission. */
    Reservation reservation;

    int[] blocks = new int[8];
    int blockCount;

    /** Blocks before this one were let go of; their entries are 0. */
    int firstBlock;

    /** Tokens whose keys are in the cache. */
    int computed;

    /** Of those, how many an earlier sequence left there. */
    int cached;

    /** Whether the prefix cache was asked for its beginning. */
    boolean lookedUp;

    /** Whether it was computed anew because a long rope was crossed. */
    boolean restarted;

    boolean finished;

    private Sequence(
            int[] tokens,
            int length,
            int promptLength,
            int maxLength,
            boolean everyRow,
            int width) {
        this.tokens = tokens;
        this.length = length;
        this.promptLength = promptLength;
        this.maxLength = maxLength;
        this.everyRow = everyRow;
        this.width = width;
    }

    /**
     * A sequence of its own.
     *
     * @param maxLength prompt and answer, in tokens
     * @param everyRow whether the logits of every prompt token are wanted
     */
    public static Sequence of(int[] prompt, int maxLength, boolean everyRow) {
        return family(prompt, maxLength, everyRow, 1);
    }

    /**
     * The root of up to {@code width} sequences that fork from it and from each other; room for all
     * of them is reserved when it is admitted.
     */
    public static Sequence family(int[] prompt, int maxLength, boolean everyRow, int width) {
        return new Sequence(
                prompt.clone(), prompt.length, prompt.length, maxLength, everyRow, width);
    }

    /** Keeps its blocks from sequences of any other salt. */
    public Sequence salted(String salt) {
        assert keys.isEmpty() : "before its blocks are known by another key";
        root = BlockKey.root(salt);
        return this;
    }

    /**
     * The same prompt once more; waits until this one's prompt is computed, to share its blocks.
     */
    public Sequence sibling() {
        Sequence sibling = of(Arrays.copyOf(tokens, promptLength), maxLength, false);
        sibling.root = root;
        sibling.parent = this;
        return sibling;
    }

    /** A copy that grows apart from here on; {@link Scheduler#fork} gives it its blocks. */
    Sequence copy() {
        Sequence copy =
                new Sequence(
                        Arrays.copyOf(tokens, Math.min(tokens.length, length + 16)),
                        length,
                        promptLength,
                        maxLength,
                        false,
                        1);
        copy.root = root;
        copy.keys.addAll(keys);
        return copy;
    }

    /** Adds a token; it is computed in a later step. */
    public void append(int token) {
        if (length == tokens.length) {
            tokens = Arrays.copyOf(tokens, Math.min(maxLength, Math.max(16, length * 2)));
        }
        tokens[length++] = token;
    }

    public int token(int i) {
        return tokens[i];
    }

    /** Prompt and generated tokens. */
    public int length() {
        return length;
    }

    public int promptLength() {
        return promptLength;
    }

    /** Longest it may become. */
    public int maxLength() {
        return maxLength;
    }

    /** Generated tokens. */
    public int generated() {
        return length - promptLength;
    }

    /** Tokens whose keys are in the cache. */
    public int computed() {
        return computed;
    }

    /** Prompt tokens whose keys an earlier sequence had left in the cache. */
    public int cached() {
        return cached;
    }

    /**
     * Whether the prefix cache was asked for its beginning: not if there is none, if another
     * sequence shares its blocks with it, or if all of it must be computed.
     */
    public boolean lookedUp() {
        return lookedUp;
    }

    /** The key of its i-th block, all of whose tokens are known. */
    BlockKey key(int i, int blockSize) {
        while (keys.size() <= i) {
            int n = keys.size();
            BlockKey parent = n == 0 ? root : keys.get(n - 1);
            keys.add(parent.next(this, n * blockSize, (n + 1) * blockSize));
        }
        return keys.get(i);
    }

    /** Whether the logits of every prompt token are wanted. */
    boolean everyRow() {
        return everyRow;
    }

    int width() {
        return width;
    }

    /** Tokens that wait to be computed. */
    int outstanding() {
        return length - computed;
    }

    /** Positions that can ever be in the cache: the last token of all is drawn, never computed. */
    int maxComputed() {
        return Math.max(promptLength, maxLength - 1);
    }

    void addBlock(int block) {
        if (blockCount == blocks.length) {
            blocks = Arrays.copyOf(blocks, blockCount * 2);
        }
        blocks[blockCount++] = block;
    }
}
