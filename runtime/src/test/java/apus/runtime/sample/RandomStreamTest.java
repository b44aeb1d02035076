package apus.runtime.sample;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class RandomStreamTest {
    @Test
    void seedAndChoiceGiveTheSameStreamAgain() {
        RandomStream a = new RandomStream(42, 3);
        RandomStream b = new RandomStream(42, 3);
        for (int i = 0; i < 100; i++) {
            assertEquals(a.next(), b.next());
        }
    }

    @Test
    void noTwoStreamsOfNearbySeedsAndChoicesShareAValue() {
        Set<Double> seen = new HashSet<>();
        for (long seed = -20; seed < 20; seed++) {
            for (int choice = 0; choice < 20; choice++) {
                RandomStream stream = new RandomStream(seed, choice);
                for (int i = 0; i < 20; i++) {
                    assertTrue(seen.add(stream.next()), seed + " " + choice + " " + i);
                }
            }
        }
    }

    @Test
    void valuesAreUniformAlongAStreamAndAcrossSeedsAndChoices() {
        int n = 64_000;
        int[] along = new int[64];
        int[] seeds = new int[64];
        int[] choices = new int[64];
        int[] pairs = new int[64];
        RandomStream stream = new RandomStream(1, 0);
        double last = 0;
        for (int i = 0; i < n; i++) {
            double u = stream.next();
            assertTrue(u >= 0 && u < 1);
            along[(int) (64 * u)]++;
            pairs[8 * (int) (8 * last) + (int) (8 * u)]++;
            last = u;
            seeds[(int) (64 * new RandomStream(i, 0).next())]++;
            choices[(int) (64 * new RandomStream(1, i).next())]++;
        }
        for (int[] counts : new int[][] {along, seeds, choices, pairs}) {
            double chiSquare = 0;
            for (int count : counts) {
                chiSquare += StrictMath.pow(count - n / 64.0, 2) / (n / 64.0);
            }
            // 63 degrees of freedom: one run in a thousand is above 103.4.
            assertTrue(chiSquare < 103.4, "chi-square " + chiSquare);
        }
    }

    @Test
    void streamsAreNotCorrelated() {
        double sum = 0;
        RandomStream a = new RandomStream(7, 1);
        RandomStream b = new RandomStream(8, 0);
        int n = 20_000;
        for (int i = 0; i < n; i++) {
            sum += (a.next() - 0.5) * (b.next() - 0.5);
        }
        // Standard deviation of the mean: 1 / 12 / sqrt(n).
        assertEquals(0, sum / n, 4.0 / 12 / Math.sqrt(n));
    }

    @Test
    void freshSeedsDiffer() {
        assertNotEquals(RandomStream.freshSeed(), RandomStream.freshSeed());
    }
}
