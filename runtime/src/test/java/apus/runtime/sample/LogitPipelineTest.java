package apus.runtime.sample;

import static apus.runtime.sample.Rows.NONE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.runtime.RequestException;
import apus.runtime.Sampling;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class LogitPipelineTest {
    private static final int[] NO_TOKENS = {};

    @Test
    void defaultsLeaveTheRowAlone() {
        LogitPipeline p = pipeline(Sampling.defaults());
        p.accept(1);
        assertTrue(p.idle());
        assertArrayEquals(new float[] {1, -2, 3, NONE}, applied(p, 1, -2, 3, NONE));
    }

    @Test
    void onlyAllowedTokensKeepTheirLogits() {
        Sampling s = Sampling.builder().allowedTokens(List.of(3, 1, 3)).build();
        assertArrayEquals(new float[] {NONE, 2, NONE, 4}, applied(pipeline(s), 1, 2, 3, 4));
    }

    @Test
    void aWordOfOneTokenIsAlwaysForbidden() {
        Sampling s = Sampling.builder().badWords(List.of(List.of(2))).build();
        LogitPipeline p = pipeline(s);
        assertArrayEquals(new float[] {1, 1, NONE, 1}, applied(p, 1, 1, 1, 1));
        p.accept(0);
        assertArrayEquals(new float[] {1, 1, NONE, 1}, applied(p, 1, 1, 1, 1));
    }

    @Test
    void theEndOfALongerWordIsForbiddenAfterItsBeginningOnly() {
        Sampling s =
                Sampling.builder().badWords(List.of(List.of(0, 1), List.of(1, 0, 1, 3))).build();
        LogitPipeline p = pipeline(s);
        assertArrayEquals(new float[] {1, 1, 1, 1}, applied(p, 1, 1, 1, 1));
        p.accept(1);
        assertArrayEquals(new float[] {1, 1, 1, 1}, applied(p, 1, 1, 1, 1));
        p.accept(0);
        assertArrayEquals(new float[] {1, NONE, 1, 1}, applied(p, 1, 1, 1, 1));
        p.accept(1);
        assertArrayEquals(new float[] {1, 1, 1, NONE}, applied(p, 1, 1, 1, 1));
        p.accept(1);
        assertArrayEquals(new float[] {1, 1, 1, 1}, applied(p, 1, 1, 1, 1));
    }

    @Test
    void badWordsAreMatchedAgainstGeneratedTokensOnly() {
        Sampling s = Sampling.builder().badWords(List.of(List.of(0, 1))).build();
        LogitPipeline p = new LogitPipeline(s, 0, new int[] {0}, NO_TOKENS, 4);
        assertArrayEquals(new float[] {1, 1, 1, 1}, applied(p, 1, 1, 1, 1));
    }

    @Test
    void biasDoesNotBringBackForbiddenTokens() {
        Sampling s =
                Sampling.builder()
                        .badWords(List.of(List.of(0)))
                        .logitBias(Map.of(0, 100f, 1, -3f))
                        .build();
        LogitPipeline p = new LogitPipeline(s, 1, NO_TOKENS, new int[] {3}, 4);
        assertArrayEquals(new float[] {NONE, -2, 1, NONE}, applied(p, 1, 1, 1, 1));
    }

    @Test
    void repetitionTakesPromptAndGeneratedTokensAfterTheBias() {
        Sampling s =
                Sampling.builder().repetitionPenalty(2).logitBias(Map.of(1, 3f, 2, -3f)).build();
        LogitPipeline p = new LogitPipeline(s, 0, new int[] {1, 1}, NO_TOKENS, 4);
        assertArrayEquals(new float[] {1, 2, -2, 1}, applied(p, 1, 1, 1, 1));
        p.accept(2);
        assertArrayEquals(new float[] {1, 2, -4, 1}, applied(p, 1, 1, 1, 1));
    }

    @Test
    void frequencyAndPresenceTakeGeneratedTokensOnly() {
        Sampling s =
                Sampling.builder()
                        .frequencyPenalty(0.5)
                        .presencePenalty(0.25)
                        .repetitionPenalty(2)
                        .build();
        LogitPipeline p = new LogitPipeline(s, 0, new int[] {0}, NO_TOKENS, 4);
        p.accept(1);
        p.accept(1);
        p.accept(2);
        assertArrayEquals(new float[] {1, -0.25f, -4.75f, 2}, applied(p, 2, 2, -2, 2));
    }

    @Test
    void endTokensOutsideTheVocabularyDoNoHarm() {
        LogitPipeline p =
                new LogitPipeline(
                        Sampling.builder().repetitionPenalty(2).build(),
                        3,
                        new int[] {99, -1},
                        new int[] {4, -1, Integer.MAX_VALUE},
                        4);
        assertArrayEquals(new float[] {1, 1, 1, 1}, applied(p, 1, 1, 1, 1));
    }

    @Test
    void extremeSettingsNeitherForbidNorOverflow() {
        Sampling s =
                Sampling.builder()
                        .repetitionPenalty(1e-300)
                        .logitBias(Map.of(2, Float.MAX_VALUE))
                        .build();
        LogitPipeline p = new LogitPipeline(s, 0, new int[] {0, 1}, NO_TOKENS, 4);
        float max = Float.MAX_VALUE;
        assertArrayEquals(new float[] {max, 0, max, NONE}, applied(p, 1, 0, max, NONE));
        Sampling strong = Sampling.builder().repetitionPenalty(1e300).build();
        p = new LogitPipeline(strong, 0, new int[] {0, 1, 3}, NO_TOKENS, 4);
        assertArrayEquals(new float[] {-max, 0, 1, NONE}, applied(p, -1, 5, 1, NONE));
    }

    @Test
    void aForkGoesItsOwnWay() {
        Sampling s = Sampling.builder().presencePenalty(1).badWords(List.of(List.of(1, 0))).build();
        LogitPipeline parent = new LogitPipeline(s, 2, NO_TOKENS, new int[] {3}, 4);
        parent.accept(1);
        LogitPipeline child = parent.fork();
        child.accept(2);
        assertArrayEquals(new float[] {NONE, 0, 1, NONE}, applied(parent, 1, 1, 1, 1));
        assertArrayEquals(new float[] {1, 0, 0, 1}, applied(child, 1, 1, 1, 1));
    }

    @Test
    void tokensOutsideTheVocabularyAreRefusedByName() {
        refused("allowed_token_ids", Sampling.builder().allowedTokens(List.of(0, 4)).build());
        refused("bad_words", Sampling.builder().badWords(List.of(List.of(0, -1))).build());
        refused("logit_bias", Sampling.builder().logitBias(Map.of(4, 1f)).build());
        refused("logit_bias", Sampling.builder().logitBias(Map.of(0, Float.NaN)).build());
    }

    private static void refused(String param, Sampling s) {
        RequestException e = assertThrows(RequestException.class, () -> pipeline(s));
        assertEquals(param, e.param());
        assertTrue(e.getMessage().startsWith("'" + param + "' must hold"), e.getMessage());
    }

    private static LogitPipeline pipeline(Sampling s) {
        return new LogitPipeline(s, 0, NO_TOKENS, NO_TOKENS, 4);
    }

    private static float[] applied(LogitPipeline p, float... z) {
        p.apply(z);
        return z;
    }
}
