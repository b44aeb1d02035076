package apus.runtime.sample;

import static apus.runtime.sample.Rows.NONE;
import static apus.runtime.sample.Rows.firstTokens;
import static apus.runtime.sample.Rows.row;
import static apus.runtime.sample.Rows.sampler;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.runtime.LogprobOptions;
import apus.runtime.Sampling;
import apus.runtime.Stops;
import apus.runtime.TokenLogprobs;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class SamplerTest {
    private static final LogprobOptions TWO =
            new LogprobOptions(2, LogprobOptions.OFF, LogprobOptions.Source.RAW);

    @Test
    void greedyTakesTheBestAndTheLowestIdOnTies() {
        float[] logits = {0.5f, 2, -1, 2, NONE};
        assertArrayEquals(new int[] {0, 9, 0, 0, 0}, firstTokens(Sampling.GREEDY, 9, logits));
        Sampling filtered =
                Sampling.GREEDY.change().topK(2).topP(0.01).minP(1).build().withTemperature(9e-6);
        assertArrayEquals(new int[] {0, 9, 0, 0, 0}, firstTokens(filtered, 9, logits));
    }

    @Test
    void topKKeepsTiesOfTheLastOne() {
        Sampling two = Sampling.builder().topK(2).build();
        assertArrayEquals(
                new boolean[] {true, false, true, true, false},
                drawn(firstTokens(two, 300, 1, 0, 2, 1, 0.5f)));
        Sampling one = Sampling.builder().topK(1).temperature(1.5).build();
        assertArrayEquals(
                new boolean[] {false, false, true, false, false},
                drawn(firstTokens(one, 300, 1, 0, 2, 1, 0.5f)));
    }

    @Test
    void aTopKBeyondTheVocabularyIsOff() {
        int[] all = firstTokens(Sampling.defaults(), 200, 1, 0, 2, 1, 0.5f);
        assertArrayEquals(
                all,
                firstTokens(
                        Sampling.builder().topK(Integer.MAX_VALUE).build(), 200, 1, 0, 2, 1, 0.5f));
    }

    @Test
    void topPStopsExactlyWhereItIsReachedLowerIdsFirst() {
        Sampling half = Sampling.builder().topP(0.5).build();
        assertArrayEquals(
                new boolean[] {true, true, false, false},
                drawn(firstTokens(half, 300, 3, 3, 3, 3)));
        Sampling more = Sampling.builder().topP(0.500_000_1).build();
        assertArrayEquals(
                new boolean[] {true, true, true, false}, drawn(firstTokens(more, 300, 3, 3, 3, 3)));
    }

    @Test
    void topPKeepsAtLeastTheBest() {
        Sampling tiny = Sampling.builder().topP(1e-6).build();
        assertArrayEquals(new int[] {0, 50, 0, 0}, firstTokens(tiny, 50, 0.5f, 2, -1, 2));
    }

    @Test
    void topPLooksAtWhatTopKLeft() {
        // Of all, the best has 0.4; of the two that top_k leaves, 0.8: enough for top_p.
        float[] logits = {ln(4), ln(1), ln(1), ln(1), ln(1), ln(1), ln(1)};
        logits[1] = ln(1.000_1);
        Sampling both = Sampling.builder().topK(2).topP(0.75).build();
        assertEquals(100, firstTokens(both, 100, logits)[0]);
        Sampling alone = Sampling.builder().topP(0.75).build();
        assertTrue(firstTokens(alone, 100, logits)[0] < 90);
    }

    @Test
    void minPIsMeasuredAgainstTheBest() {
        Sampling half = Sampling.builder().minP(0.5).build();
        assertArrayEquals(
                new boolean[] {true, true, false},
                drawn(firstTokens(half, 300, ln(8), ln(4.01), ln(3.99))));
        Sampling ties = Sampling.builder().minP(1).build();
        assertArrayEquals(
                new boolean[] {true, false, true}, drawn(firstTokens(ties, 300, 2, 1.999f, 2)));
    }

    @Test
    void minPIsMeasuredAfterTemperature() {
        // At temperature 2 the ratio of 4 becomes 2.
        Sampling s = Sampling.builder().temperature(2).minP(0.45).build();
        assertTrue(firstTokens(s, 300, ln(4), ln(1))[1] > 0);
        assertEquals(0, firstTokens(s.withTemperature(1), 300, ln(4), ln(1))[1]);
    }

    @Test
    void lowTemperaturesCountAsOneHundredth() {
        float[] logits = {0, 0.01f, 0.005f};
        int[] low = firstTokens(Sampling.defaults().withTemperature(0.001), 300, logits);
        assertArrayEquals(firstTokens(Sampling.defaults().withTemperature(0.01), 300, logits), low);
        assertTrue(low[0] > 0);
    }

    @Test
    void theDrawTakesTheFirstTokenBeyondItsValue() {
        int[] ids = {3, 5, 8, 9};
        float[] weights = {0, 1, 0.5f, 0};
        assertEquals(5, Sampler.pick(ids, weights, 4, 0));
        assertEquals(5, Sampler.pick(ids, weights, 4, 0.99 / 1.5));
        assertEquals(8, Sampler.pick(ids, weights, 4, 1 / 1.5));
        assertEquals(8, Sampler.pick(ids, weights, 4, 1 - 0x1p-53));
        // A value that rounding has pushed to the very end still gives a token with a weight.
        assertEquals(8, Sampler.pick(ids, weights, 4, 1));
    }

    @Test
    void tokensWithoutProbabilityAreNeverDrawn() {
        int[] counts = firstTokens(Sampling.defaults(), 2000, NONE, 0, NONE, 0, NONE);
        assertEquals(2000, counts[1] + counts[3]);
    }

    @Test
    void whereEveryTokenIsForbiddenTheChoiceFails() {
        for (Sampling s : List.of(Sampling.GREEDY, Sampling.defaults())) {
            Sampling none = s.change().badWords(List.of(List.of(0), List.of(1))).build();
            SamplingException e =
                    assertThrows(SamplingException.class, () -> firstTokens(none, 1, 5, 4));
            assertTrue(e.getMessage().startsWith("Every token is forbidden"), e.getMessage());
        }
    }

    @Test
    void damagedRowsFailInsteadOfGivingSomeToken() {
        float[][] rows = {
            {1, Float.NaN, 2},
            {1, Float.POSITIVE_INFINITY, 2},
            {NONE, NONE, NONE}
        };
        for (float[] logits : rows) {
            for (Sampling s : List.of(Sampling.GREEDY, Sampling.defaults())) {
                SamplingException e =
                        assertThrows(SamplingException.class, () -> firstTokens(s, 1, logits));
                assertTrue(e.getMessage().startsWith("The model's logits"), e.getMessage());
            }
        }
    }

    @Test
    void endTokensWaitForTheMinimumUnlessIgnored() {
        Stops stops = Stops.builder().minTokens(2).tokens(List.of(1)).build();
        MemorySegment row = row(9, 8, 7);
        SampleBuffers b = new SampleBuffers(3);
        Sampler sampler = sampler(Sampling.GREEDY, stops, 3, LogprobOptions.NONE, 0);
        assertEquals(2, sampler.sample(row, b).token());
        assertEquals(2, sampler.sample(row, b).token());
        assertEquals(0, sampler.sample(row, b).token());
        Stops ignoring = stops.change().ignoreEos(true).build();
        assertEquals(
                0,
                sampler(Sampling.GREEDY, ignoring, 3, LogprobOptions.NONE, 0)
                        .sample(row, b)
                        .token());
    }

    @Test
    void logprobsAreThoseOfTheModelWhateverIsDoneToTheLogits() {
        Sampling forced =
                Sampling.builder().temperature(0.3).topK(1).logitBias(Map.of(2, 100f)).build();
        Drawn drawn =
                sampler(forced, Stops.defaults(), 3, TWO, 5)
                        .sample(row(ln(5), ln(3), ln(2)), new SampleBuffers(3));
        assertEquals(2, drawn.token());
        assertEquals(ln(0.2), drawn.logprob(), 1e-6);
        TokenLogprobs details = drawn.details();
        assertEquals(2, details.id());
        assertEquals(3, details.rank());
        assertEquals(drawn.logprob(), details.logprob());
        assertArrayEquals(new int[] {0, 1}, details.topIds());
        assertArrayEquals(new float[] {ln(0.5), ln(0.3)}, details.topLogprobs(), 1e-6f);
    }

    @Test
    void detailsAreSharedNothingUnlessAskedFor() {
        Drawn drawn =
                sampler(Sampling.GREEDY, 2, 0).sample(row(ln(1), ln(3)), new SampleBuffers(2));
        assertSame(Logprobs.NONE, drawn.details());
        assertEquals(ln(0.75), drawn.logprob(), 1e-6);
    }

    @Test
    void theSettingsBeforeDoNotShiftTheRandomNumbersAfter() {
        MemorySegment row = row(0, 0.5f, 1, 0.25f);
        SampleBuffers b = new SampleBuffers(4);
        Sampler plain = sampler(Sampling.defaults(), 4, 11);
        // Forbids ends for ten tokens; filters that keep everything.
        Stops stops = Stops.builder().minTokens(10).ignoreEos(true).tokens(List.of(3)).build();
        Sampling wide = Sampling.builder().minP(1e-9).topP(0.999_999_99).build();
        Sampler other = sampler(wide, stops, 4, TWO, 11);
        int differing = 0;
        for (int i = 0; i < 60; i++) {
            int token = plain.sample(row, b).token();
            int otherToken = other.sample(row, b).token();
            if (i >= 10) {
                assertEquals(token, otherToken, "token " + i);
            }
            differing += token == otherToken ? 0 : 1;
        }
        assertTrue(differing > 0, "the first ten should differ somewhere");
    }

    private static float ln(double x) {
        return (float) StrictMath.log(x);
    }

    private static boolean[] drawn(int[] counts) {
        boolean[] drawn = new boolean[counts.length];
        for (int i = 0; i < counts.length; i++) {
            drawn[i] = counts[i] > 0;
        }
        return drawn;
    }
}
