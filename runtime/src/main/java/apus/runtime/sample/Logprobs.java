package apus.runtime.sample;

import apus.runtime.TokenLogprobs;
import java.lang.foreign.MemorySegment;

/**
 * Log-probabilities of a row: log_softmax(z)[i] = z[i] - ln sum e^z. The sum is taken in double
 * over ascending ids, so it does not depend on anything but the row.
 */
public final class Logprobs {
    /** Stands for nothing, where nothing was asked for. */
    public static final TokenLogprobs NONE =
            new TokenLogprobs(-1, Float.NEGATIVE_INFINITY, 0, new int[0], new float[0]);

    private static final int[] NO_IDS = {};
    private static final float[] NO_VALUES = {};

    private Logprobs() {}

    /**
     * ln of the sum of e^z over the row.
     *
     * @param row f32[vocab], left as it is
     * @throws SamplingException if the row holds NaN or positive infinity, or nothing else than
     *     negative infinity
     */
    public static float logSumExp(MemorySegment row, int vocab, SampleBuffers b) {
        return (float) checkedLogSumExp(b.load(row, vocab), vocab, b);
    }

    /**
     * The log-probability of a token, its rank (1 + number of strictly likelier tokens) and the
     * best alternatives.
     *
     * @param row f32[vocab], left as it is
     * @param top how many of the likeliest tokens to list, lower ids first on ties; at most the
     *     vocabulary is listed
     * @throws SamplingException as {@link #logSumExp}
     */
    public static TokenLogprobs of(MemorySegment row, int token, int top, SampleBuffers b) {
        int vocab = b.logits.length;
        float[] z = b.load(row, vocab);
        return of(z, vocab, 1, checkedLogSumExp(z, vocab, b), token, top);
    }

    /**
     * ln of the sum of e^z.
     *
     * @param z f32[vocab], left as it is; forbidden tokens are negative infinity
     * @throws SamplingException as for a row
     */
    public static double logSumExp(float[] z, SampleBuffers b) {
        return checkedLogSumExp(z, z.length, b);
    }

    /**
     * The same as for a row of which {@link #logSumExp} is known.
     *
     * @param z f32[vocab]
     */
    public static TokenLogprobs of(float[] z, double logSumExp, int token, int top) {
        return of(z, z.length, 1, logSumExp, token, top);
    }

    /**
     * The k largest log-probabilities, best first, lower ids first on ties. Those of forbidden
     * tokens (negative infinity) are listed only if there are fewer others.
     *
     * @param k at most the length of {@code logprobs}
     * @param idsOut receives the ids, at least k long
     * @param out receives the values, at least k long
     */
    public static void top(float[] logprobs, int k, int[] idsOut, float[] out) {
        if (k < 0 || k > logprobs.length) {
            throw new IllegalArgumentException(k + " of " + logprobs.length + " wanted");
        }
        Best.of(logprobs, logprobs.length, k, idsOut, out);
    }

    /**
     * @param z f32[n]
     * @param scale factor on z that {@code lse} was computed with
     */
    static TokenLogprobs of(float[] z, int n, float scale, double lse, int token, int top) {
        float value = z[token];
        int rank = 1;
        for (int i = 0; i < n; i++) {
            rank += z[i] > value ? 1 : 0;
        }
        int k = Math.min(top, n);
        int[] ids = k == 0 ? NO_IDS : new int[k];
        float[] values = k == 0 ? NO_VALUES : new float[k];
        Best.of(z, n, k, ids, values);
        for (int i = 0; i < k; i++) {
            values[i] = (float) ((double) values[i] * scale - lse);
        }
        return new TokenLogprobs(token, (float) ((double) value * scale - lse), rank, ids, values);
    }

    /** Leaves the weights of the row in the buffers. */
    static double checkedLogSumExp(float[] z, int n, SampleBuffers b) {
        double lse = Softmax.logSumExp(z, n, 1, b.weights);
        if (!Double.isFinite(lse)) {
            throw new SamplingException(
                    "The model's logits hold "
                            + (Double.isNaN(lse) ? "NaN or an infinity" : lse)
                            + ", wanted finite numbers: its weights are damaged, or their format"
                            + " overflowed.");
        }
        return lse;
    }
}
