package apus.runtime.sample;

import apus.runtime.LogprobOptions;
import apus.runtime.Sampling;
import apus.runtime.Stops;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Rows of logits as an executor gives them, and samplers with little ado. */
final class Rows {
    static final float NONE = Float.NEGATIVE_INFINITY;

    private Rows() {}

    static MemorySegment row(float... logits) {
        return Arena.ofAuto().allocateFrom(ValueLayout.JAVA_FLOAT, logits);
    }

    static Sampler sampler(Sampling s, int vocab, long seed) {
        return sampler(s, Stops.defaults(), vocab, LogprobOptions.NONE, seed);
    }

    static Sampler sampler(Sampling s, Stops stops, int vocab, LogprobOptions logprobs, long seed) {
        return new Sampler(s, stops, new int[0], new int[] {0}, vocab, logprobs, seed, 0);
    }

    /** How often each token is the first one drawn, over some seeds. */
    static int[] firstTokens(Sampling s, int seeds, float... logits) {
        MemorySegment row = row(logits);
        SampleBuffers buffers = new SampleBuffers(logits.length);
        int[] counts = new int[logits.length];
        for (int seed = 0; seed < seeds; seed++) {
            counts[sampler(s, logits.length, seed).sample(row, buffers).token()]++;
        }
        return counts;
    }
}
