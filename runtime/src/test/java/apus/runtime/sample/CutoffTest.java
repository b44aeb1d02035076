package apus.runtime.sample;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

final class CutoffTest {
    private static final float[] VALUES = {1, 3, 2, 3, 2};
    private static final int[] IDS = {0, 1, 2, 3, 4};
    private static final float[] WEIGHTS = {0.5f, 2, 1, 2, 1};

    private final Cutoff cutoff = new Cutoff();

    @Test
    void aTargetThatIsMetExactlyIsReached() {
        assertEquals(3, cutoff.reaching(VALUES, IDS, WEIGHTS, 5, 4));
        assertEquals(0, cutoff.above());
        assertEquals(2, cutoff.reaching(VALUES, IDS, WEIGHTS, 5, 6));
        assertEquals(4, cutoff.above());
        assertEquals(1, cutoff.reaching(VALUES, IDS, WEIGHTS, 5, 6.25));
        assertEquals(6, cutoff.above());
    }

    @Test
    void aTargetBeyondAllWeightsEndsAtTheSmallestValue() {
        assertEquals(1, cutoff.reaching(VALUES, IDS, WEIGHTS, 5, 7));
        assertEquals(6, cutoff.above());
        float[] weights = {0, 2, 1, 2, 1};
        assertEquals(2, cutoff.reaching(VALUES, IDS, weights, 5, 7));
        assertEquals(4, cutoff.above());
    }

    @Test
    void onlyTheIdsGivenTakePart() {
        int[] ids = {0, 2};
        float[] weights = {1, 1};
        assertEquals(2, cutoff.reaching(VALUES, ids, weights, 2, 1));
    }
}
