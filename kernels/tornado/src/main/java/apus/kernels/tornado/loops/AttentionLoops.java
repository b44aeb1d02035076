package apus.kernels.tornado.loops;

import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Rope, and attention over the paged cache.
 *
 * <p>qkv: f32[tokens][(heads + 2 * kvHeads) * headDim], queries, keys, values. keys and values:
 * f32[blocks][kvHeads][blockSize][headDim]. step: see {@link StepLayout}.
 */
public final class AttentionLoops {
    private AttentionLoops() {}

    /**
     * Turns queries in place, and puts turned keys, and values, into their slots.
     *
     * @param angles f32: cos of {@code [tokens][pairs]} from {@code anglesAt}, then as many sin
     * @param pairs pairs that are turned in each head; 0 = none
     */
    public static void ropeAndStore(
            FloatArray qkv,
            FloatArray angles,
            IntArray step,
            FloatArray keys,
            FloatArray values,
            int tokens,
            int heads,
            int kvHeads,
            int headDim,
            int pairs,
            int anglesAt,
            int blockSize) {
        for (@Parallel int t = 0; t < tokens; t++) {
            for (@Parallel int j = 0; j < (heads + 2 * kvHeads) * two(headDim); j++) {
                int h = j / two(headDim);
                int pair = j % two(headDim);
                int from = (t * (heads + 2 * kvHeads) + h) * headDim;
                boolean turned = pair < pairs;
                // Beyond the turned pairs, neighbours.
                int first = turned ? pair : 2 * pair;
                int second = turned ? pair + pairs : 2 * pair + 1;
                float a = qkv.get(from + first);
                float b = second < headDim ? qkv.get(from + second) : 0f;
                if (turned && h < heads + kvHeads) {
                    float c = angles.get(anglesAt + t * pairs + pair);
                    float s = angles.get(anglesAt + (tokens + t) * pairs + pair);
                    float low = a;
                    a = low * c - b * s;
                    b = b * c + low * s;
                }
                if (h < heads) {
                    qkv.set(from + first, a);
                    if (second < headDim) {
                        qkv.set(from + second, b);
                    }
                } else {
                    int slot = step.get(StepLayout.slots(tokens) + t);
                    int head = (h - heads) % kvHeads;
                    int row = (slot / blockSize * kvHeads + head) * blockSize + slot % blockSize;
                    if (h < heads + kvHeads) {
                        keys.set(row * headDim + first, a);
                        if (second < headDim) {
                            keys.set(row * headDim + second, b);
                        }
                    } else {
                        values.set(row * headDim + first, a);
                        if (second < headDim) {
                            values.set(row * headDim + second, b);
                        }
                    }
                }
            }
        }
    }

    /** Pairs of a head. */
    private static int two(int headDim) {
        return (headDim + 1) / 2;
    }

    /**
     * Attention of each token to its position and those before it, with an online softmax (Milakov
     * and Gimelshein 2018, arXiv 1805.02867), position by position.
     *
     * @param out f32[tokens][heads * headDim]
     * @param window 0 = all
     * @param cap 0 = scores as they are
     * @param sinks f32[heads], see {@link apus.format.spec.Attention}; not read unless {@code sunk}
     */
    public static void attend(
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
            int sunk) {
        for (@Parallel int t = 0; t < tokens; t++) {
            for (@Parallel int h = 0; h < heads; h++) {
                int q = (t * (heads + 2 * kvHeads) + h) * headDim;
                int o = (t * heads + h) * headDim;
                int kvHead = h / (heads / kvHeads);
                int position = step.get(StepLayout.positions(tokens) + t);
                int table = step.get(StepLayout.tablesOf(tokens) + t);
                int first = 0;
                if (window != 0 && position - window + 1 > 0) {
                    first = position - window + 1;
                }
                for (int i = 0; i < headDim; i++) {
                    out.set(o + i, 0f);
                }
                float max = -3.0e38f;
                float sum = 0f;
                if (sunk != 0) {
                    // One more score, of which exp(sink - sink) goes into the sum.
                    max = sinks.get(h);
                    sum = 1f;
                }
                for (int p = first; p <= position; p++) {
                    int block = step.get(table + p / blockSize);
                    int row = ((block * kvHeads + kvHead) * blockSize + p % blockSize) * headDim;
                    float score = 0f;
                    for (int i = 0; i < headDim; i++) {
                        score += qkv.get(q + i) * keys.get(row + i);
                    }
                    score *= scale;
                    if (cap != 0f) {
                        score = cap * TornadoMath.tanh(score / cap);
                    }
                    float most = TornadoMath.max(max, score);
                    float shrink = TornadoMath.exp(max - most);
                    float weight = TornadoMath.exp(score - most);
                    sum = sum * shrink + weight;
                    for (int i = 0; i < headDim; i++) {
                        out.set(o + i, out.get(o + i) * shrink + weight * values.get(row + i));
                    }
                    max = most;
                }
                for (int i = 0; i < headDim; i++) {
                    out.set(o + i, out.get(o + i) / sum);
                }
            }
        }
    }
}
