package apus.kernels.tornado.loops;

import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** Choosing experts, and putting together what they give: {@link apus.format.spec.Experts}. */
public final class ExpertLoops {
    private ExpertLoops() {}

    /**
     * The experts with the largest scores, the largest first, of equal ones the first. Each finds
     * its own place: it is the number of those before it.
     *
     * @param scores f32[tokens][experts]
     * @param chosen f32[tokens][topK] their numbers
     * @param shares f32[tokens][topK] softmax of their scores, over all experts
     */
    public static void route(
            FloatArray scores,
            FloatArray chosen,
            FloatArray shares,
            int tokens,
            int experts,
            int topK) {
        for (@Parallel int t = 0; t < tokens; t++) {
            for (@Parallel int e = 0; e < experts; e++) {
                float score = scores.get(t * experts + e);
                float max = score;
                int place = 0;
                for (int o = 0; o < e; o++) {
                    float other = scores.get(t * experts + o);
                    max = TornadoMath.max(max, other);
                    place += other < score ? 0 : 1;
                }
                for (int o = e + 1; o < experts; o++) {
                    float other = scores.get(t * experts + o);
                    max = TornadoMath.max(max, other);
                    place += other > score ? 1 : 0;
                }
                if (place < topK) {
                    float all = 0f;
                    for (int o = 0; o < experts; o++) {
                        all += TornadoMath.exp(scores.get(t * experts + o) - max);
                    }
                    chosen.set(t * topK + place, e);
                    shares.set(t * topK + place, TornadoMath.exp(score - max) / all);
                }
            }
        }
    }

    /**
     * y = {@link Finish}(sum of share * given over a token's experts).
     *
     * @param renormalise 1 = over the sum of the shares
     * @param given f32[tokens][topK][n]
     * @param shares f32[tokens][topK]
     * @param y f32[tokens][n]
     */
    public static void combine(
            FloatArray given,
            FloatArray shares,
            FloatArray y,
            int tokens,
            int topK,
            int n,
            int renormalise,
            int finish,
            float factor) {
        for (@Parallel int t = 0; t < tokens; t++) {
            for (@Parallel int c = 0; c < n; c++) {
                float sum = 0f;
                float total = 0f;
                for (int i = 0; i < topK; i++) {
                    float share = shares.get(t * topK + i);
                    total += share;
                    sum += share * given.get((t * topK + i) * n + c);
                }
                if (renormalise != 0) {
                    sum = sum / total;
                }
                Finish.put(y, t * n + c, sum, finish, 0, factor, 0f);
            }
        }
    }
}
