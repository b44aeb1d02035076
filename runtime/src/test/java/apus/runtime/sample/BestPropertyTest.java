package apus.runtime.sample;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Comparator;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

final class BestPropertyTest {
    @Provide
    Arbitrary<float[]> rows() {
        return Arbitraries.oneOf(
                        Arbitraries.floats().between(-30, 0),
                        Arbitraries.of(-0.0f, 0.0f, -1f, -2f, Float.NEGATIVE_INFINITY))
                .array(float[].class)
                .ofMaxSize(50);
    }

    @Property
    void theBestAreThoseOfTheSortedRowLowerIdsFirst(
            @ForAll("rows") float[] z, @ForAll @IntRange(min = 0, max = 50) int wanted) {
        int k = Math.min(wanted, z.length);
        int[] sorted =
                IntStream.range(0, z.length)
                        .boxed()
                        .sorted(
                                Comparator.<Integer>comparingDouble(i -> -z[i] + 0.0)
                                        .thenComparing(i -> i))
                        .mapToInt(i -> i)
                        .limit(k)
                        .toArray();
        int[] ids = new int[k];
        float[] values = new float[k];
        Logprobs.top(z, k, ids, values);
        assertArrayEquals(sorted, ids);
        for (int i = 0; i < k; i++) {
            assertEquals(z[ids[i]], values[i]);
        }
    }
}
