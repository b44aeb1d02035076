package apus.runtime.sample;

import static org.junit.jupiter.api.Assertions.assertEquals;

import apus.runtime.LogprobOptions;
import apus.runtime.Sampling;
import apus.runtime.Stops;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

final class SamplerTest {
    private static final MemorySegment ROW =
            Arena.global()
                    .allocateFrom(
                            ValueLayout.JAVA_FLOAT, 0.5f, 2f, -1f, 2f, Float.NEGATIVE_INFINITY);

    @Test
    void greedyTakesTheBestAndTheLowestIdOnTies() {
        assertEquals(1, draw(Sampling.GREEDY, 1));
    }

    @Test
    void aTinyNucleusIsTheBestToken() {
        Sampling s = Sampling.builder().topP(1e-6).build();
        for (int seed = 0; seed < 50; seed++) {
            assertEquals(1, draw(s, seed));
        }
    }

    private static int draw(Sampling s, long seed) {
        Sampler sampler =
                new Sampler(
                        s,
                        Stops.defaults(),
                        new int[] {0},
                        new int[0],
                        5,
                        LogprobOptions.NONE,
                        seed,
                        0);
        return sampler.sample(ROW, new SampleBuffers(5)).token();
    }
}
