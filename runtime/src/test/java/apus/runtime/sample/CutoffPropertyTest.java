package apus.runtime.sample;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

/** Against sorting. */
final class CutoffPropertyTest {
    private final Cutoff cutoff = new Cutoff();

    @Provide
    Arbitrary<float[]> rows() {
        return Arbitraries.oneOf(
                        Arbitraries.floats().between(-30, 30),
                        Arbitraries.of(-0.0f, 0.0f, 1f, -1f, 1e-40f, -1e-40f),
                        Arbitraries.of(Float.NEGATIVE_INFINITY, Float.MAX_VALUE, -1e30f))
                .array(float[].class)
                .ofMinSize(1)
                .ofMaxSize(70);
    }

    @Property
    void theKthLargestIsThatOfTheSortedRow(
            @ForAll("rows") float[] z, @ForAll @IntRange(min = 1, max = 70) int wanted) {
        int k = Math.min(wanted, z.length);
        float[] sorted = z.clone();
        Arrays.sort(sorted);
        // + 0: the two zeros count as equal.
        assertEquals(sorted[z.length - k] + 0.0f, cutoff.largest(z, z.length, k));
    }

    @Property
    void theTargetIsReachedThereAndNotBefore(
            @ForAll("rows") float[] z, @ForAll @DoubleRange(min = 0, max = 1.01) double part) {
        int[] ids = IntStream.range(0, z.length).toArray();
        float[] weights = new float[z.length];
        for (int i = 0; i < z.length; i++) {
            // Like a softmax weight: grows with the value, 0 for negative infinity.
            weights[i] = (float) (1 + StrictMath.atan(z[i]) / 1.6);
            weights[i] = z[i] == Float.NEGATIVE_INFINITY ? 0 : weights[i];
        }
        double total = Softmax.sum(weights, z.length);
        if (total == 0) {
            return;
        }
        float found = cutoff.reaching(z, ids, weights, z.length, part * total);
        double above = 0;
        double from = 0;
        double lowest = Double.POSITIVE_INFINITY;
        for (int i = 0; i < z.length; i++) {
            above += z[i] > found ? weights[i] : 0;
            from += z[i] >= found ? weights[i] : 0;
            lowest = weights[i] > 0 ? Math.min(lowest, z[i]) : lowest;
        }
        assertEquals(above, cutoff.above(), 1e-9);
        assertTrue(above < part * total + 1e-9 || above == 0);
        assertTrue(from >= part * total - 1e-9 || found == lowest);
    }
}
