package apus.kernels.tornado;

import apus.format.spec.Attention;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The operations of a forward pass as tasks of a graph. Which kernel does one is the
 * implementation's choice, once for a device: every number of tokens must sum in the same order.
 */
interface Operations {
    /** For people: what kind of kernels these are. */
    String description();

    /** Looks rows of a table up; {@code from} is where in {@code step} the rows' numbers begin. */
    void embed(
            GraphDraft g,
            DeviceMatrix table,
            IntArray step,
            int from,
            FloatArray x,
            int tokens,
            float scale,
            boolean add);

    /** y[tokens][length] = norm(x[tokens][length]). */
    void norm(GraphDraft g, DeviceNorm norm, FloatArray x, FloatArray y, int tokens);

    /** Norms {@code slices} of x[tokens][width] in place, which begin at {@code at}. */
    void normSlices(
            GraphDraft g, DeviceNorm norm, FloatArray x, int tokens, int slices, int width, int at);

    /** Writes w.rows() columns of y, or half as many where they gate each other. */
    void product(GraphDraft g, Product p);

    /**
     * gate[n] = act(gate) * up.
     *
     * @param ending one that gates
     */
    void gate(GraphDraft g, FloatArray gate, FloatArray up, int n, Ending ending);

    /**
     * Chooses experts by scores[tokens][experts].
     *
     * @param chosen f32[tokens][topK] numbers of experts
     * @param shares f32[tokens][topK] softmax of their scores, over all experts
     */
    void route(
            GraphDraft g,
            FloatArray scores,
            FloatArray chosen,
            FloatArray shares,
            int tokens,
            DeviceLayer.Mixture mixture);

    /**
     * y[tokens][n] = sum of share * given over the experts of a token, or that is added to it.
     *
     * @param given f32[tokens][topK][n]
     * @param ending stores or adds
     */
    void combine(
            GraphDraft g,
            FloatArray given,
            FloatArray shares,
            FloatArray y,
            int tokens,
            DeviceLayer.Mixture mixture,
            int n,
            Ending ending);

    /** Turns queries and keys, and stores keys and values. */
    void ropeAndStore(GraphDraft g, Attention a, Cache cache, AttentionInput in, int tokens);

    /** out[tokens][heads * headDim]. */
    void attend(
            GraphDraft g, Attention a, Cache cache, AttentionInput in, FloatArray out, int tokens);

    /** y[count][n] = x[rows][n]. */
    void gather(GraphDraft g, FloatArray x, IntArray rows, FloatArray y, int count, int n);

    /** y[n] = x[n]. */
    void copy(GraphDraft g, FloatArray x, FloatArray y, int n);

    /** x[n] += factor * y[n]. */
    void add(GraphDraft g, FloatArray x, FloatArray y, int n, float factor);

    /** Keys and values of a layer: f32[blocks][kvHeads][blockSize][headDim] each. */
    record Cache(FloatArray keys, FloatArray values, int blockSize) {}

    /**
     * @param qkv f32[tokens][(heads + 2 * kvHeads) * headDim]
     * @param anglesAt where in {@code angles} those of the layer begin
     * @param half pairs to be turned; 0 = none
     * @param sinks f32[heads], see {@link Attention}; not read unless {@code sunk}
     */
    record AttentionInput(
            FloatArray qkv,
            IntArray step,
            FloatArray angles,
            int anglesAt,
            int half,
            FloatArray sinks,
            boolean sunk) {}
}
