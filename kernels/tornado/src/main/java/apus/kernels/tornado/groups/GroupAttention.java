package apus.kernels.tornado.groups;

import apus.kernels.tornado.loops.StepLayout;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Attention as in {@link apus.kernels.tornado.loops.AttentionLoops}: a group for each token and
 * head, which takes a tile of positions at a time. A thread scores one position; then, with the
 * weights of the tile in local memory, it sums two dimensions of the values. Nothing but q, weights
 * and sums stays on the chip, whatever the context (Dao et al. 2022, arXiv 2205.14135).
 *
 * <p>One token or a chunk of a prompt, the order of the sums is the same: tiles begin at the first
 * position that the token sees.
 */
public final class GroupAttention {
    /** Two dimensions for each thread. */
    private static final int MOST_DIMENSIONS = 2 * Groups.MOST_THREADS;

    private GroupAttention() {}

    /**
     * @param threads of a group, and positions of a tile: a power of two, at least half of headDim
     */
    public static void attendGroups(
            KernelContext context,
            FloatArray qkv,
            FloatArray keys,
            FloatArray values,
            IntArray step,
            FloatArray out,
            int tokens,
            int heads,
            int kvHeads,
            int headDim,
            int blockSize,
            int window,
            float scale,
            float cap,
            FloatArray sinks,
            int sunk,
            int threads) {
        float[] query = context.allocateFloatLocalArray(MOST_DIMENSIONS);
        float[] weights = context.allocateFloatLocalArray(Groups.MOST_THREADS);
        float[] local = context.allocateFloatLocalArray(Groups.MOST_THREADS);
        int[] rows = context.allocateIntLocalArray(Groups.MOST_THREADS);
        int thread = context.localIdx;
        int t = context.groupIdx / heads;
        int h = context.groupIdx % heads;
        int q = (t * (heads + 2 * kvHeads) + h) * headDim;
        int kvHead = h / (heads / kvHeads);
        int position = step.get(StepLayout.positions(tokens) + t);
        int table = step.get(StepLayout.tablesOf(tokens) + t);
        int first = 0;
        if (window != 0 && position - window + 1 > 0) {
            first = position - window + 1;
        }
        for (int i = thread; i < headDim; i += threads) {
            query[i] = qkv.get(q + i);
        }
        context.localBarrier();
        float max = -3.0e38f;
        float sum = 0f;
        if (sunk != 0) {
            // One more score, of which exp(sink - sink) goes into the sum.
            max = sinks.get(h);
            sum = 1f;
        }
        float low = 0f;
        float high = 0f;
        int end = position + 1;
        for (int begin = first; begin < end; begin += threads) {
            int p = begin + thread;
            float score = -3.0e38f;
            int row = 0;
            if (p < end) {
                int block = step.get(table + p / blockSize);
                row = ((block * kvHeads + kvHead) * blockSize + p % blockSize) * headDim;
                float dot = 0f;
                for (int i = 0; i < headDim; i++) {
                    dot += query[i] * keys.get(row + i);
                }
                score = dot * scale;
                if (cap != 0f) {
                    score = cap * TornadoMath.tanh(score / cap);
                }
            }
            rows[thread] = row;
            local[thread] = score;
            for (int far = threads / 2; far > 0; far = far / 2) {
                context.localBarrier();
                if (thread < far) {
                    local[thread] = TornadoMath.max(local[thread], local[thread + far]);
                }
            }
            context.localBarrier();
            float most = TornadoMath.max(max, local[0]);
            float weight = 0f;
            if (p < end) {
                weight = TornadoMath.exp(score - most);
            }
            context.localBarrier();
            weights[thread] = weight;
            local[thread] = weight;
            for (int far = threads / 2; far > 0; far = far / 2) {
                context.localBarrier();
                if (thread < far) {
                    local[thread] += local[thread + far];
                }
            }
            context.localBarrier();
            float shrink = TornadoMath.exp(max - most);
            sum = sum * shrink + local[0];
            low = low * shrink;
            high = high * shrink;
            int count = TornadoMath.min(threads, end - begin);
            if (thread < headDim) {
                for (int j = 0; j < count; j++) {
                    low += weights[j] * values.get(rows[j] + thread);
                }
            }
            if (thread + threads < headDim) {
                for (int j = 0; j < count; j++) {
                    high += weights[j] * values.get(rows[j] + thread + threads);
                }
            }
            max = most;
            context.localBarrier();
        }
        int o = (t * heads + h) * headDim;
        if (thread < headDim) {
            out.set(o + thread, low / sum);
        }
        if (thread + threads < headDim) {
            out.set(o + thread + threads, high / sum);
        }
    }
}
