package apus.kernels.cpu;

import apus.format.Weight;
import apus.format.spec.Act;
import java.lang.foreign.MemorySegment;

/**
 * The operations of the CPU backend, one implementation per instruction style. All segments are
 * native f32 unless said; offsets and strides count floats, not bytes. Stateless and thread-safe:
 * callers split the work, every output element is written by one call.
 *
 * <p>The contract that everything above leans on: an output element is reduced in an order that
 * depends on nothing but its own length. Not on how many tokens or rows a call covers, not on
 * alignment, not on the thread.
 */
public interface CpuKernels {
    /** For people, for example {@code Vector API, 512 bits}. */
    String description();

    /**
     * y[t][r] = sum over c of x[t][c] * w[r][c] (+ bias[r]), for all tokens and the rows {@code
     * fromRow <= r < toRow}.
     *
     * @param x f32[tokens][w.cols()]
     * @param w any {@link apus.format.Format}
     * @param bias f32[w.rows()] or {@link MemorySegment#NULL}
     * @param y f32[tokens][w.rows()], the given rows overwritten
     */
    void matmul(
            MemorySegment x,
            int tokens,
            Weight w,
            MemorySegment bias,
            int fromRow,
            int toRow,
            MemorySegment y);

    /** y[0..cols) = row of w as f32: an embedding. */
    void row(Weight w, int row, MemorySegment y, long yOffset);

    /**
     * y[i] = x[i] / sqrt(mean(x^2) + eps) * (offset + weight[i]), i below n. x and y may be the
     * same.
     */
    void rmsNorm(
            MemorySegment x,
            long xOffset,
            MemorySegment weight,
            int n,
            float eps,
            float offset,
            MemorySegment y,
            long yOffset);

    /**
     * y[i] = (x[i] - mean(x)) / sqrt(variance(x) + eps) * weight[i] + bias[i], i below n; the
     * variance is the mean of the squared distances. x and y may be the same.
     *
     * @param bias f32[n] or {@link MemorySegment#NULL}
     */
    void layerNorm(
            MemorySegment x,
            long xOffset,
            MemorySegment weight,
            MemorySegment bias,
            int n,
            float eps,
            MemorySegment y,
            long yOffset);

    /**
     * Turns the pairs (x[i], x[i + half]) by the angles given: half = rotaryDim / 2; cos and sin:
     * f32[half].
     */
    void rope(
            MemorySegment x,
            long xOffset,
            int half,
            MemorySegment cos,
            MemorySegment sin,
            long angleOffset);

    /** x[i] += y[i]. */
    void add(MemorySegment x, long xOffset, MemorySegment y, long yOffset, int n);

    /** x[i] += factor * y[i]. */
    void addScaled(
            MemorySegment x, long xOffset, float factor, MemorySegment y, long yOffset, int n);

    /** x[i] *= factor. */
    void scale(MemorySegment x, long xOffset, float factor, int n);

    /** gate[i] = act(gate[i]) * up[i]. */
    void gated(
            Act act, MemorySegment gate, long gateOffset, MemorySegment up, long upOffset, int n);

    /** x[i] = act(x[i]). */
    void activate(Act act, MemorySegment x, long xOffset, int n);

    /**
     * gate[i] = g * sigmoid(1.702 g) * (u + 1) with g = min(gate[i], limit) and u = up[i] between
     * -limit and limit.
     */
    void gatedWithin(
            float limit,
            MemorySegment gate,
            long gateOffset,
            MemorySegment up,
            long upOffset,
            int n);

    /**
     * Attention of one query head over the paged cache with an online softmax: positions {@code
     * from <= p < to} in order. K and V of one layer: f32[blocks][kvHeads][blockSize][headDim].
     *
     * @param q f32[headDim] at qOffset, rope applied
     * @param blockTable block ids of the sequence from {@code tableOffset} on, in order of position
     * @param scratch at least blockSize + headDim floats at scratchOffset, the caller's thread's
     *     own
     * @param sink one more score, taken into the softmax as it is, whose value is 0; negative
     *     infinity for none
     * @param out f32[headDim] at outOffset, overwritten
     */
    void attentionWithSink(
            MemorySegment q,
            long qOffset,
            MemorySegment k,
            MemorySegment v,
            int kvHead,
            int kvHeads,
            int blockSize,
            int headDim,
            int[] blockTable,
            int tableOffset,
            int from,
            int to,
            float scale,
            float softcap,
            float sink,
            MemorySegment scratch,
            long scratchOffset,
            MemorySegment out,
            long outOffset);

    /** As {@link #attentionWithSink}, without a sink. */
    void attention(
            MemorySegment q,
            long qOffset,
            MemorySegment k,
            MemorySegment v,
            int kvHead,
            int kvHeads,
            int blockSize,
            int headDim,
            int[] blockTable,
            int tableOffset,
            int from,
            int to,
            float scale,
            float softcap,
            MemorySegment scratch,
            long scratchOffset,
            MemorySegment out,
            long outOffset);

    /** x[i] = cap * tanh(x[i] / cap). */
    void softcap(MemorySegment x, long xOffset, float cap, int n);
}
