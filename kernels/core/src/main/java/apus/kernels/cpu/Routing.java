package apus.kernels.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;

/**
 * Which tokens of a step go to which experts, and the buffers of a mixture. An expert takes its
 * tokens in order, and a token sums its experts in order of their number, so that neither depends
 * on the other tokens of the step.
 */
final class Routing {
    /** f32[tokens][experts] what the router gives */
    final MemorySegment scores;

    /** f32[tokens][hidden] inputs of one expert, side by side */
    final MemorySegment gathered;

    /** f32[tokens][hidden] outputs of one expert */
    final MemorySegment given;

    /** f32[tokens][hidden] sum over experts */
    final MemorySegment sum;

    private final int topK;

    // [tokens][topK]
    private final int[] chosen;
    private final float[] weights;

    /** Tokens of the expert under way, and their weights. */
    final int[] tokens;

    final float[] tokenWeights;

    Routing(
            int experts,
            int topK,
            int maxTokens,
            MemorySegment scores,
            MemorySegment gathered,
            MemorySegment given,
            MemorySegment sum) {
        assert topK <= experts;
        this.topK = topK;
        this.scores = scores;
        this.gathered = gathered;
        this.given = given;
        this.sum = sum;
        chosen = new int[maxTokens * topK];
        weights = new float[maxTokens * topK];
        tokens = new int[maxTokens];
        tokenWeights = new float[maxTokens];
    }

    /** Picks the experts of a token by its scores; of equal ones the first. */
    void choose(int token, Plan.Mixture mixture) {
        int experts = mixture.experts().size();
        long at = (long) token * experts;
        double max = Double.NEGATIVE_INFINITY;
        for (int e = 0; e < experts; e++) {
            max = Math.max(max, scores.getAtIndex(JAVA_FLOAT, at + e));
        }
        double all = 0;
        for (int e = 0; e < experts; e++) {
            all += Math.exp(scores.getAtIndex(JAVA_FLOAT, at + e) - max);
        }
        int first = token * topK;
        double taken = 0;
        for (int i = 0; i < mixture.topK(); i++) {
            int best = -1;
            for (int e = 0; e < experts; e++) {
                boolean better =
                        best < 0
                                || scores.getAtIndex(JAVA_FLOAT, at + e)
                                        > scores.getAtIndex(JAVA_FLOAT, at + best);
                if (better && !isChosen(first, i, e)) {
                    best = e;
                }
            }
            chosen[first + i] = best;
            taken += Math.exp(scores.getAtIndex(JAVA_FLOAT, at + best) - max);
        }
        double total = mixture.renormalise() ? taken : all;
        for (int i = 0; i < mixture.topK(); i++) {
            double p = Math.exp(scores.getAtIndex(JAVA_FLOAT, at + chosen[first + i]) - max);
            weights[first + i] = (float) (p / total);
        }
        for (int i = mixture.topK(); i < topK; i++) {
            chosen[first + i] = -1;
        }
    }

    private boolean isChosen(int first, int count, int expert) {
        for (int i = 0; i < count; i++) {
            if (chosen[first + i] == expert) {
                return true;
            }
        }
        return false;
    }

    /** Lists the tokens of an expert in {@link #tokens}; returns how many. */
    int tokensOf(int expert, int stepTokens) {
        int count = 0;
        for (int t = 0; t < stepTokens; t++) {
            for (int i = t * topK; i < (t + 1) * topK; i++) {
                if (chosen[i] == expert) {
                    tokens[count] = t;
                    tokenWeights[count] = weights[i];
                    count++;
                }
            }
        }
        return count;
    }
}
