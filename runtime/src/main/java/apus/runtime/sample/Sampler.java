package apus.runtime.sample;

import apus.runtime.LogprobOptions;
import apus.runtime.Sampling;
import apus.runtime.Stops;
import apus.runtime.TokenLogprobs;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.stream.IntStream;

/**
 * Draws the tokens of one choice, one row of logits after another. Engine thread.
 *
 * <p>A draw uses one value u of the choice's random stream, whatever the settings. With the tokens
 * left after all filters in ascending order of their ids, it takes the first one for which the sum
 * of weights up to it exceeds u times the sum of all.
 *
 * <p>A token allocates its {@link Drawn} and the log-probabilities asked for, nothing of the
 * vocabulary's size.
 */
public final class Sampler {
    /** Smaller temperatures than this (but not greedy ones) count as this. */
    private static final double LOWEST_TEMPERATURE = 0.01;

    private final int vocab;
    private final LogitPipeline pipeline;
    private final LogprobOptions logprobs;
    private final RandomStream random;
    private final boolean greedy;
    private final float scale;
    private final int topK;
    private final double topP;

    /** Logits at least so far below the best are dropped by min_p. */
    private final double reach;

    /**
     * @param prompt not kept
     * @param eosIds end-of-sequence tokens of the model, ordinary ones if {@code stops} ignores
     *     them
     * @param vocab width of the rows
     * @param seed of the request
     * @param choice number of the choice within the request
     * @throws apus.runtime.RequestException as {@link LogitPipeline}
     */
    public Sampler(
            Sampling s,
            Stops stops,
            int[] prompt,
            int[] eosIds,
            int vocab,
            LogprobOptions logprobs,
            long seed,
            int choice) {
        this.vocab = vocab;
        this.logprobs = logprobs;
        pipeline = new LogitPipeline(s, stops.minTokens(), prompt, endTokens(stops, eosIds), vocab);
        random = new RandomStream(seed, choice);
        greedy = s.greedy();
        scale = greedy ? 1 : (float) (1 / Math.max(s.temperature(), LOWEST_TEMPERATURE));
        topK = s.topK() >= vocab ? 0 : s.topK();
        topP = s.topP();
        reach = s.minP() == 0 ? Double.NEGATIVE_INFINITY : StrictMath.log(s.minP()) / scale;
    }

    private static int[] endTokens(Stops stops, int[] eosIds) {
        IntStream own = stops.tokens().stream().mapToInt(Integer::intValue);
        return stops.ignoreEos()
                ? own.toArray()
                : IntStream.concat(own, IntStream.of(eosIds)).toArray();
    }

    /**
     * Draws the next token and takes note of it.
     *
     * @param row f32[vocab], native, left as it is
     * @param buffers at least as wide as the vocabulary
     * @throws SamplingException if every token is forbidden, or the row holds NaN or an infinity
     */
    public Drawn sample(MemorySegment row, SampleBuffers buffers) {
        float[] z = buffers.load(row, vocab);
        double rawLse = Logprobs.checkedLogSumExp(z, vocab, buffers);
        boolean weighed = scale == 1 && pipeline.idle();
        pipeline.apply(z);
        int token = draw(z, random.next(), weighed, buffers);
        TokenLogprobs details = Logprobs.NONE;
        if (logprobs.wantsGenerated()) {
            details =
                    switch (logprobs.source()) {
                        case RAW -> {
                            buffers.load(row, vocab);
                            yield Logprobs.of(z, vocab, 1, rawLse, token, logprobs.generated());
                        }
                        case PROCESSED -> {
                            double lse = Softmax.logSumExp(z, vocab, scale, buffers.weights);
                            yield Logprobs.of(z, vocab, scale, lse, token, logprobs.generated());
                        }
                    };
        }
        pipeline.accept(token);
        float raw = row.getAtIndex(ValueLayout.JAVA_FLOAT, token);
        return new Drawn(token, (float) (raw - rawLse), details);
    }

    /**
     * @param weighed whether the buffers hold the weights of these logits already
     */
    private int draw(float[] z, double u, boolean weighed, SampleBuffers buffers) {
        float max = Softmax.max(z, vocab);
        if (max == Float.NEGATIVE_INFINITY) {
            throw new SamplingException(
                    "Every token is forbidden: allowed tokens, bad words, minimum length and bias"
                            + " leave none of "
                            + vocab
                            + "; relax one of them.");
        }
        if (greedy) {
            return first(z, max);
        }
        int n;
        if (topK > 0 || reach != Double.NEGATIVE_INFINITY) {
            n = keep(z, max, buffers);
        } else {
            n = keepAll(z, max, weighed, buffers);
        }
        if (topP < 1) {
            n = keepNucleus(z, n, buffers);
        }
        return pick(buffers.ids, buffers.weights, n, u);
    }

    private static int first(float[] z, float value) {
        int i = 0;
        while (z[i] != value) {
            i++;
        }
        return i;
    }

    private int keepAll(float[] z, float max, boolean weighed, SampleBuffers buffers) {
        if (!weighed) {
            Softmax.weigh(z, vocab, max, scale, buffers.weights);
        }
        for (int i = 0; i < vocab; i++) {
            buffers.ids[i] = i;
        }
        return vocab;
    }

    /** min_p and top_k: each keeps all logits from some value on. Returns how many are left. */
    private int keep(float[] z, float max, SampleBuffers buffers) {
        int[] ids = buffers.ids;
        float[] weights = buffers.weights;
        float kth = topK == 0 ? Float.NEGATIVE_INFINITY : largest(z, topK, buffers);
        int n = 0;
        for (int i = 0; i < vocab; i++) {
            float value = z[i];
            if (value >= kth && (double) value - max >= reach && value != Float.NEGATIVE_INFINITY) {
                ids[n] = i;
                weights[n++] = Exp.of((value - max) * scale);
            }
        }
        return n;
    }

    private float largest(float[] z, int k, SampleBuffers buffers) {
        if (k > SampleBuffers.SMALL) {
            return buffers.cutoff.largest(z, vocab, k);
        }
        Best.of(z, vocab, k, buffers.bestIds, buffers.bestValues);
        return buffers.bestValues[k - 1];
    }

    /** top_p: the fewest likeliest tokens that reach it, lower ids first on ties. */
    private int keepNucleus(float[] z, int n, SampleBuffers buffers) {
        int[] ids = buffers.ids;
        float[] weights = buffers.weights;
        double total = Softmax.sum(weights, n);
        double target = topP * total;
        // All tokens lighter than an n-th of what may be dropped weigh less than that together, so
        // none of them is needed. With real logits this leaves a few hundred. (A little less, for
        // the rounding.)
        int heavy = 0;
        double light = (1 - topP) * total / n * (1 - 1e-9);
        for (int i = 0; i < n; i++) {
            if (weights[i] >= light) {
                ids[heavy] = ids[i];
                weights[heavy++] = weights[i];
            }
        }
        float last = buffers.cutoff.reaching(z, ids, weights, heavy, target);
        double sum = buffers.cutoff.above();
        int kept = 0;
        for (int i = 0; i < heavy; i++) {
            float value = z[ids[i]];
            boolean tie = value == last && sum < target;
            if (value > last || tie) {
                sum += tie ? weights[i] : 0;
                ids[kept] = ids[i];
                weights[kept++] = weights[i];
            }
        }
        return kept;
    }

    /** The token of which the class's description speaks; never one without a weight. */
    static int pick(int[] ids, float[] weights, int n, double u) {
        double target = u * Softmax.sum(weights, n);
        double sum = 0;
        int i = -1;
        // u < 1, but the product may round up to the total: then the last one with a weight it is.
        int last = 0;
        while (sum <= target && ++i < n) {
            if (weights[i] > 0) {
                last = i;
                sum += weights[i];
            }
        }
        return ids[last];
    }
}
