package apus.runtime.sample;

import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.runtime.LogprobOptions;
import apus.runtime.Sampling;
import apus.runtime.Stops;
import com.sun.management.ThreadMXBean;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A token costs its {@link Drawn} and what was asked for, not buffers of the vocabulary's size. */
final class SamplerAllocationTest {
    private static final int VOCAB = 5003;
    private static final int TOKENS = 2000;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final MemorySegment row = row();

    @Test
    void aTokenAllocatesNothingButItsResult() {
        Sampling everything =
                Sampling.builder()
                        .temperature(0.9)
                        .topK(400)
                        .topP(0.9)
                        .minP(0.001)
                        .repetitionPenalty(1.1)
                        .frequencyPenalty(0.1)
                        .logitBias(Map.of(3, 1f))
                        .badWords(List.of(List.of(1, 2, 3)))
                        .build();
        Sampling nucleus = Sampling.builder().topP(0.9).build();
        for (Sampling s : List.of(Sampling.GREEDY, Sampling.defaults(), nucleus, everything)) {
            // A Drawn has 24 bytes. The rest is room for a growing count of tokens.
            check(s, LogprobOptions.NONE, 64);
        }
    }

    @Test
    void logprobsAllocateTheirOwnArraysOnly() {
        LogprobOptions twenty = new LogprobOptions(20, -1, LogprobOptions.Source.RAW);
        // Two arrays of 20 numbers, a record of 40 bytes, a Drawn.
        check(Sampling.defaults(), twenty, 2 * 96 + 40 + 24 + 40);
    }

    private void check(Sampling s, LogprobOptions logprobs, long bytesPerToken) {
        Sampler sampler = Rows.sampler(s, Stops.defaults(), VOCAB, logprobs, 1);
        SampleBuffers buffers = new SampleBuffers(VOCAB);
        run(sampler, buffers);
        long before = THREADS.getCurrentThreadAllocatedBytes();
        run(sampler, buffers);
        long each = (THREADS.getCurrentThreadAllocatedBytes() - before) / TOKENS;
        assertTrue(each <= bytesPerToken, each + " bytes a token with " + s);
    }

    private void run(Sampler sampler, SampleBuffers buffers) {
        for (int i = 0; i < TOKENS; i++) {
            sampler.sample(row, buffers);
        }
    }

    private static MemorySegment row() {
        Random random = new Random(2);
        float[] logits = new float[VOCAB];
        for (int i = 0; i < VOCAB; i++) {
            logits[i] = (float) (random.nextGaussian() * 3);
        }
        return Rows.row(logits);
    }
}
