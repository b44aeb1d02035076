package apus.runtime.sample;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class ExpTest {
    @Test
    void theErrorIsThatOfRoundingToFloatWhereItMatters() {
        for (float x = 0; x > -20; x -= 0.000_37f) {
            double wanted = StrictMath.exp(x);
            assertEquals(wanted, Exp.of(x), wanted * 6.1e-8, "x = " + x);
        }
    }

    @Test
    void smallWeightsAreNearlyAsGood() {
        for (float x = -20; x > -87; x -= 0.001_3f) {
            double wanted = StrictMath.exp(x);
            assertEquals(wanted, Exp.of(x), wanted * 2e-6, "x = " + x);
        }
    }

    @Test
    void theEndsAreExact() {
        assertEquals(1, Exp.of(0));
        assertEquals(0, Exp.of(Float.NEGATIVE_INFINITY));
        assertEquals(0, Exp.of(-1e30f));
        assertTrue(Float.isNaN(Exp.of(Float.NaN)));
    }
}
