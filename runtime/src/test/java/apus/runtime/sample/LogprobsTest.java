package apus.runtime.sample;

import static apus.runtime.sample.Rows.NONE;
import static apus.runtime.sample.Rows.row;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import apus.runtime.TokenLogprobs;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class LogprobsTest {
    @Test
    void theSumIsThatOfStrictMath() {
        Random random = new Random(3);
        for (int vocab : new int[] {1, 2, 7, 131, 5003}) {
            float[] logits = new float[vocab];
            double sum = 0;
            for (int i = 0; i < vocab; i++) {
                logits[i] = (float) (random.nextGaussian() * 4);
                sum += StrictMath.exp(logits[i]);
            }
            assertEquals(
                    StrictMath.log(sum),
                    Logprobs.logSumExp(row(logits), vocab, new SampleBuffers(vocab)),
                    1e-6);
        }
    }

    @Test
    void largeLogitsDoNotOverflow() {
        SampleBuffers b = new SampleBuffers(3);
        assertEquals(1e30f, Logprobs.logSumExp(row(1e30f, 0, -1e30f), 3, b));
        TokenLogprobs of = Logprobs.of(row(1e30f, 0, NONE), 2, 3, b);
        assertEquals(NONE, of.logprob());
        assertArrayEquals(new float[] {0, -1e30f, NONE}, of.topLogprobs());
    }

    @Test
    void rankCountsStrictlyLikelierTokens() {
        SampleBuffers b = new SampleBuffers(5);
        float[] logits = {1, 3, 2, 3, 2};
        int[] ranks = {5, 1, 3, 1, 3};
        for (int token = 0; token < 5; token++) {
            TokenLogprobs of = Logprobs.of(row(logits), token, 0, b);
            assertEquals(ranks[token], of.rank());
            assertEquals(token, of.id());
            assertEquals(0, of.topIds().length);
        }
    }

    @Test
    void theBestComeFirstAndLowerIdsOnTies() {
        TokenLogprobs of = Logprobs.of(row(1, 3, 2, 3, 2), 0, 4, new SampleBuffers(5));
        assertArrayEquals(new int[] {1, 3, 2, 4}, of.topIds());
        assertEquals(of.topLogprobs()[0], of.topLogprobs()[1]);
        assertEquals(1, of.topLogprobs()[1] - of.topLogprobs()[2], 1e-6);
    }

    @Test
    void noMoreThanTheVocabularyIsListed() {
        assertEquals(2, Logprobs.of(row(1, 2), 0, 20, new SampleBuffers(2)).topIds().length);
    }

    @Test
    void damagedRowsAreNamed() {
        SampleBuffers b = new SampleBuffers(2);
        assertThrows(SamplingException.class, () -> Logprobs.of(row(1, Float.NaN), 0, 0, b));
        assertThrows(
                SamplingException.class,
                () -> Logprobs.logSumExp(row(Float.POSITIVE_INFINITY, 0), 2, b));
    }
}
