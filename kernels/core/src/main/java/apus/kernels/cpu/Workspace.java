package apus.kernels.cpu;

import apus.format.spec.ModelSpec;
import apus.kernels.ExecutorOptions;
import apus.kernels.Logits;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Every activation buffer of an executor, allocated once for the largest step. All f32 and native.
 */
final class Workspace {
    /** [tokens][hidden] the residual stream */
    final MemorySegment x;

    /** [tokens][hidden] normed input of a sublayer, then its output */
    final MemorySegment h;

    /** [tokens][widest heads * headDim] */
    final MemorySegment q;

    /** [tokens][widest kvHeads * headDim] */
    final MemorySegment k;

    /** [tokens][widest kvHeads * headDim] */
    final MemorySegment v;

    /** [tokens][widest heads * headDim] what attention gives */
    final MemorySegment attended;

    /** [tokens][widest intermediate] */
    final MemorySegment gate;

    /** [tokens][widest intermediate] */
    final MemorySegment up;

    /** [tokens][hidden] the other half's input, where halves stand in parallel */
    final MemorySegment aside;

    /** Where there are experts; else null. */
    final Routing routing;

    /** [logit rows][hidden] */
    final MemorySegment last;

    /** [logit rows][vocab] */
    final MemorySegment logits;

    /** [threads][scratchStride] */
    final MemorySegment scratch;

    final long scratchStride;

    private final int vocab;
    private long bytes;

    Workspace(ModelSpec spec, Plan plan, ExecutorOptions o, Arena arena) {
        int queryWidth = 0;
        int keyWidth = 0;
        int wide = 0;
        int headDim = 0;
        boolean parallel = false;
        Plan.Mixture largest = null;
        int topK = 0;
        for (Plan.Block block : plan.blocks()) {
            queryWidth = Math.max(queryWidth, block.q().out());
            keyWidth = Math.max(keyWidth, block.k().out());
            wide = Math.max(wide, block.ffn().width());
            headDim = Math.max(headDim, block.shape().headDim());
            parallel |= block.parallel();
            if (block.ffn() instanceof Plan.Mixture mixture) {
                topK = Math.max(topK, mixture.topK());
                if (largest == null || mixture.experts().size() > largest.experts().size()) {
                    largest = mixture;
                }
            }
        }
        vocab = spec.vocab();
        int tokens = o.maxTokensPerStep();
        x = floats(arena, tokens, spec.hidden());
        h = floats(arena, tokens, spec.hidden());
        q = floats(arena, tokens, queryWidth);
        k = floats(arena, tokens, keyWidth);
        v = floats(arena, tokens, keyWidth);
        attended = floats(arena, tokens, queryWidth);
        gate = floats(arena, tokens, wide);
        up = floats(arena, tokens, wide);
        aside = floats(arena, parallel ? tokens : 0, spec.hidden());
        routing =
                largest == null
                        ? null
                        : new Routing(
                                largest.experts().size(),
                                topK,
                                tokens,
                                floats(arena, tokens, largest.experts().size()),
                                floats(arena, tokens, spec.hidden()),
                                floats(arena, tokens, spec.hidden()),
                                floats(arena, tokens, spec.hidden()));
        last = floats(arena, o.maxLogitRows(), spec.hidden());
        logits = floats(arena, o.maxLogitRows(), vocab);
        // A cache line apart, so that threads do not write to each other's.
        scratchStride = (headDim + 1024L + 15) / 16 * 16;
        scratch = floats(arena, o.threads(), scratchStride);
    }

    private MemorySegment floats(Arena arena, long rows, long cols) {
        bytes += rows * cols * Float.BYTES;
        return arena.allocate(rows * cols * Float.BYTES, 64);
    }

    long bytes() {
        return bytes;
    }

    /** The logits buffer as seen by the caller; one object, reused. */
    final class Rows implements Logits {
        private final MemorySegment[] rows;
        private int count;

        Rows() {
            int capacity = (int) (logits.byteSize() / Float.BYTES / vocab);
            rows = new MemorySegment[capacity];
            for (int i = 0; i < capacity; i++) {
                rows[i] =
                        logits.asSlice((long) i * vocab * Float.BYTES, (long) vocab * Float.BYTES);
            }
        }

        Rows of(int newCount) {
            count = newCount;
            return this;
        }

        @Override
        public int rows() {
            return count;
        }

        @Override
        public int vocab() {
            return vocab;
        }

        @Override
        public MemorySegment row(int i) {
            assert i < count : i + " of " + count;
            return rows[i];
        }
    }
}
