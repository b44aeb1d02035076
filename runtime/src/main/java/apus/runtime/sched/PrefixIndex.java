package apus.runtime.sched;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Which blocks hold the beginnings of which sequences, so that equal beginnings are computed once.
 * Only full blocks are shared, and what is in one never changes; a freed block stays in the index
 * until the pool gives it away again. Since a token's keys and values do not depend on the batch
 * that computed them (see {@link apus.kernels.Executor}), an answer is the same with and without.
 *
 * <p>Engine thread only.
 */
final class PrefixIndex {
    private final int blockSize;
    private final Map<BlockKey, Integer> blockOf = new HashMap<>();
    private final BlockKey[] keyOf;

    /**
     * @param blocks number of blocks, the null block included
     */
    PrefixIndex(int blocks, int blockSize) {
        this.blockSize = blockSize;
        this.keyOf = new BlockKey[blocks];
    }

    /**
     * Blocks that hold the beginning of a sequence, from its first token on without a gap. The last
     * token is never among them: it must run, to give logits.
     */
    int[] longestMatch(Sequence s) {
        int most = (s.length() - 1) / blockSize;
        int[] found = new int[most];
        int count = 0;
        while (count < most) {
            Integer block = blockOf.get(s.key(count, blockSize));
            if (block == null) {
                break;
            }
            found[count++] = block;
        }
        return Arrays.copyOf(found, count);
    }

    /**
     * Enters the full blocks of a sequence whose tokens {@code from <= i < to} have just been
     * computed. Of two blocks that hold the same, the first stays.
     */
    void publish(Sequence s, int from, int to) {
        for (int i = from / blockSize; i < to / blockSize; i++) {
            BlockKey key = s.key(i, blockSize);
            if (blockOf.putIfAbsent(key, s.blocks[i]) == null) {
                keyOf[s.blocks[i]] = key;
            }
        }
    }

    /** A block was given away and will be overwritten. */
    void forget(int block) {
        BlockKey key = keyOf[block];
        if (key != null) {
            keyOf[block] = null;
            blockOf.remove(key);
        }
    }
}
