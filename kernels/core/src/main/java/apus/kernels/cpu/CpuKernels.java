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
 * alignment, not on the thread, and not on whether the method has been compiled yet.
 */
public interface CpuKernels {
    /** How a matrix product wants its input. Made by {@link #arrange} once per input. */
    enum Layout {
        /** f32[tokens][cols], as every other operation leaves it. */
        ROWS,
        /** Tiles of tokens side by side, for weights of one number per 32-bit lane. */
        WHOLE,
        /** The same with even and odd columns apart, for weights of two numbers per lane. */
        PAIRED,
        /** Tiles of tokens side by side, column by column, for weights in tiles of rows. */
        STEPS,
        /** Numbers as sums of bfloat16 parts, for weights whose pairs of columns stand together. */
        PAIRS,
        /** Numbers as sums of bytes with a scale per block, for weights of bytes in fours. */
        QUADS
    }

    /** For people, for example {@code Vector API, 512 bits}. */
    String description();

    /** The layout that {@link #matmul} expects of the input to this weight. */
    Layout layout(Weight w);

    /** Tokens are arranged in groups of so many; work on them is split between groups. */
    int tokenGroup();

    /**
     * Weight rows that one call of {@link #matmul} had best cover: enough for what it prepares per
     * call to pay, few enough for workers to share a product.
     */
    int rowGroup(Weight w, int tokens);

    /** Floats that an input of up to so many tokens takes when arranged, whatever the layout. */
    long arrangedFloats(int tokens, int cols);

    /** Whether matrices of {@link apus.format.Block} form are to be laid out in tiles. */
    boolean tiles();

    /** Rows of the tiles that {@link apus.format.Tiled} weights are to be made of. */
    int tileRows();

    /**
     * Whether plain matrices are to be laid out as {@link apus.format.PairTiled}, and bytes as
     * {@link apus.format.QuadTiled}.
     */
    default boolean pairs() {
        return false;
    }

    /** Gives back what is held beyond the heap; no operation runs or follows. */
    default void release() {}

    /** Scratch that {@link #matmul} with this weight needs, in floats. */
    long matmulScratch(Weight w);

    /**
     * Lays out rows of x for products.
     *
     * @param x f32[tokens][cols]
     * @param tokens all tokens of the input; their number decides the layout
     * @param fromToken first token to lay out, a multiple of {@link #tokenGroup}
     * @param toToken a multiple of {@link #tokenGroup}, or {@code tokens}
     * @param out {@link #arrangedFloats} floats; the given tokens' part is overwritten
     */
    void arrange(
            Layout layout,
            MemorySegment x,
            int tokens,
            int cols,
            int fromToken,
            int toToken,
            MemorySegment out);

    /**
     * y[t][r] = sum over c of x[t][c] * w[r][c] (+ bias[r]), for all tokens and the rows {@code
     * fromRow <= r < toRow}.
     *
     * @param x [tokens][w.cols()] in {@code layout(w)}
     * @param w any {@link apus.format.Format}
     * @param bias f32[w.rows()] or {@link MemorySegment#NULL}
     * @param y f32[tokens][w.rows()], the given rows overwritten
     * @param scratch the caller's thread's own, {@link #matmulScratch} floats from scratchOffset on
     */
    void matmul(
            MemorySegment x,
            int tokens,
            Weight w,
            MemorySegment bias,
            int fromRow,
            int toRow,
            MemorySegment y,
            MemorySegment scratch,
            long scratchOffset);

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

    /** gate[i] = act(gate[i]) * up[i]. Leaves up undefined. */
    void gated(
            Act act, MemorySegment gate, long gateOffset, MemorySegment up, long upOffset, int n);

    /** x[i] = act(x[i]). Leaves n floats of scratch undefined. */
    void activate(
            Act act,
            MemorySegment x,
            long xOffset,
            MemorySegment scratch,
            long scratchOffset,
            int n);

    /**
     * gate[i] = g * sigmoid(1.702 g) * (u + 1) with g = min(gate[i], limit) and u = up[i] between
     * -limit and limit. Leaves up undefined.
     */
    void gatedWithin(
            float limit,
            MemorySegment gate,
            long gateOffset,
            MemorySegment up,
            long upOffset,
            int n);

    /** Scratch that {@link #attention} needs, in floats. */
    long attentionScratch(int headDim, int blockSize);

    /** Attention with an online softmax over the paged cache. */
    void attention(AttentionTask task);

    /** x[i] = cap * tanh(x[i] / cap). */
    void softcap(MemorySegment x, long xOffset, float cap, int n);
}
