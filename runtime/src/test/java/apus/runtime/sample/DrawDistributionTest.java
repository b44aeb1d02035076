package apus.runtime.sample;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.runtime.Sampling;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Many draws of one stream against the probabilities that the settings mean. */
final class DrawDistributionTest {
    private static final int VOCAB = 23;
    private static final int DRAWS = 60_000;

    @Test
    void plainSamplingFollowsTheSoftmax() {
        check(Sampling.defaults());
    }

    @Test
    void temperatureFlattensOrSharpens() {
        check(Sampling.defaults().withTemperature(0.6));
        check(Sampling.defaults().withTemperature(1.7));
    }

    @Test
    void whatIsLeftIsRenormalised() {
        check(Sampling.builder().topK(7).build());
        check(Sampling.builder().topP(0.8).build());
        check(Sampling.builder().minP(0.1).build());
        check(Sampling.builder().temperature(1.3).minP(0.02).topK(15).topP(0.9).build());
    }

    private static void check(Sampling s) {
        Random random = new Random(20);
        float[] logits = new float[VOCAB];
        double[] z = new double[VOCAB];
        for (int i = 0; i < VOCAB; i++) {
            logits[i] = (float) (random.nextGaussian() * 1.2);
            z[i] = logits[i];
        }
        double[] p = new PlainSampling(s, 0, List.of(), List.of()).distribution(z);
        MemorySegment row = Rows.row(logits);
        Sampler sampler = Rows.sampler(s, VOCAB, 99);
        SampleBuffers buffers = new SampleBuffers(VOCAB);
        int[] counts = new int[VOCAB];
        for (int i = 0; i < DRAWS; i++) {
            counts[sampler.sample(row, buffers).token()]++;
        }
        double chiSquare = 0;
        int kept = 0;
        for (int i = 0; i < VOCAB; i++) {
            if (p[i] == 0) {
                assertEquals(0, counts[i], "token " + i + " was filtered out");
                continue;
            }
            kept++;
            chiSquare += StrictMath.pow(counts[i] - DRAWS * p[i], 2) / (DRAWS * p[i]);
        }
        // Wilson and Hilferty's approximation of the quantile that one run in a thousand exceeds.
        double df = kept - 1;
        double limit = df * StrictMath.pow(1 - 2 / (9 * df) + 3.09 * Math.sqrt(2 / (9 * df)), 3);
        assertTrue(kept > 2 && chiSquare < limit, chiSquare + " over " + limit + " for " + s);
    }
}
