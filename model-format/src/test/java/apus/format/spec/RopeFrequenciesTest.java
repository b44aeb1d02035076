package apus.format.spec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Frequencies by hand. */
final class RopeFrequenciesTest {
    private static final double EXACT = 1e-15;

    private static Rope rope(double base, int dim, RopeScaling scaling) {
        return new Rope(base, dim, scaling);
    }

    @Test
    void frequenciesFallGeometricallyFromOne() {
        RopeFrequencies f = RopeFrequencies.of(rope(10_000, 4, new RopeScaling.Unscaled()), 7);
        assertArrayEquals(new double[] {1, 0.01}, f.inverse(), EXACT);
        assertEquals(1, f.factor());
    }

    @Test
    void linearScalingDividesThemAll() {
        RopeFrequencies f = RopeFrequencies.of(rope(10_000, 4, new RopeScaling.Linear(4)), 7);
        assertArrayEquals(new double[] {0.25, 0.0025}, f.inverse(), EXACT);
    }

    @Test
    void dynamicScalingStretchesTheBaseOnlyBeyondTheTrainedLength() {
        Rope rope = rope(10_000, 4, new RopeScaling.Dynamic(2, 100));
        for (int length : new int[] {1, 99, 100}) {
            assertArrayEquals(
                    new double[] {1, 0.01}, RopeFrequencies.of(rope, length).inverse(), EXACT);
        }
        // At 200: 2 * 200 / 100 - 1 = 3; base 10000 * 3^(4/2) = 90000; its square root is 300.
        assertArrayEquals(
                new double[] {1, 1 / 300.0}, RopeFrequencies.of(rope, 200).inverse(), EXACT);
        assertTrue(RopeFrequencies.dependOnLength(rope));
        assertEquals(0, RopeFrequencies.restartLength(rope));
    }

    @Test
    void llama3KeepsHighFrequenciesAndDividesLowOnes() {
        // Wavelengths 2 pi, 2 pi 10, 2 pi 100, 2 pi 1000; kept below 64/4 = 16, divided above
        // 64/1 = 64, mixed between.
        Rope rope = rope(10_000, 8, new RopeScaling.Llama3(8, 1, 4, 64));
        double smooth = (64 / (2 * Math.PI * 10) - 1) / 3;
        double[] wanted = {1, (1 - smooth) * 0.1 / 8 + smooth * 0.1, 0.01 / 8, 0.001 / 8};
        assertArrayEquals(wanted, RopeFrequencies.of(rope, 1).inverse(), EXACT);
        assertFalse(RopeFrequencies.dependOnLength(rope));
    }

    @Test
    void yarnLeavesFastDimensionsDividesSlowOnesAndRampsBetween() {
        // Dimensions that turn 32 times and once within 4096 tokens, for 64 dimensions and base
        // 10000: 10.4.. and 22.5..; rounded outwards to 10 and 23.
        double attention = 0.1 * Math.log(4) + 1;
        Rope rope = rope(10_000, 64, new RopeScaling.Yarn(4, 4096, 32, 1, attention, true));
        RopeFrequencies f = RopeFrequencies.of(rope, 1);
        assertEquals(attention, f.factor());
        double[] plain =
                RopeFrequencies.of(rope(10_000, 64, new RopeScaling.Unscaled()), 1).inverse();
        for (int i = 0; i < 32; i++) {
            double ramp = i <= 10 ? 0 : i >= 23 ? 1 : (i - 10) / 13.0;
            double wanted = plain[i] / 4 * ramp + plain[i] * (1 - ramp);
            assertEquals(wanted, f.inverse()[i], EXACT, "dimension " + i);
        }
        Rope exact = rope(10_000, 64, new RopeScaling.Yarn(4, 4096, 32, 1, attention, false));
        double low = 64 * Math.log(4096 / (32 * 2 * Math.PI)) / (2 * Math.log(10_000));
        double high = 64 * Math.log(4096 / (2 * Math.PI)) / (2 * Math.log(10_000));
        double ramp = (15 - low) / (high - low);
        assertEquals(
                plain[15] / 4 * ramp + plain[15] * (1 - ramp),
                RopeFrequencies.of(exact, 1).inverse()[15],
                EXACT);
    }

    @Test
    void longRopeChoosesItsFactorsByTheLengthOfTheSequence() {
        Rope rope =
                rope(
                        10_000,
                        4,
                        new RopeScaling.LongRope(List.of(1.0, 2.0), List.of(4.0, 8.0), 50, 1.5));
        assertArrayEquals(new double[] {1, 0.005}, RopeFrequencies.of(rope, 50).inverse(), EXACT);
        assertArrayEquals(
                new double[] {0.25, 0.00125}, RopeFrequencies.of(rope, 51).inverse(), EXACT);
        assertEquals(1.5, RopeFrequencies.of(rope, 51).factor());
        assertTrue(RopeFrequencies.dependOnLength(rope));
        assertEquals(50, RopeFrequencies.restartLength(rope));
    }
}
