package apus.kernels.cpu.tile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.format.HalfFloats;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Parts add up to the number. */
final class PartsPropertyTest {
    private static final float SMALLEST = 0x1p-100f;

    @Property(tries = 20_000)
    void threePartsAreTheNumber(@ForAll int bits) {
        float x = Float.intBitsToFloat(bits);
        if (!Float.isFinite(x) || Math.abs(x) < SMALLEST) {
            return;
        }
        float rest = x;
        double sum = 0;
        for (int p = 0; p < 3; p++) {
            short part = Parts.first(rest);
            float value = HalfFloats.bf16(part);
            assertTrue(Float.isFinite(value), x + " part " + p);
            assertTrue(
                    Math.abs((double) rest - value) <= Math.abs((double) rest) / 128,
                    x + " part " + p);
            sum += value;
            rest = Parts.rest(rest, part);
        }
        assertEquals(x, sum);
        assertEquals(0, rest);
    }

    @Property(tries = 1000)
    void twoPartsAreAnyHalf(@ForAll short bits) {
        float x = Float.float16ToFloat(bits);
        if (!Float.isFinite(x)) {
            return;
        }
        short first = Parts.first(x);
        short second = Parts.first(Parts.rest(x, first));
        // Not assertEquals: the sign of a zero is lost in the sum.
        assertTrue(x == HalfFloats.bf16(first) + HalfFloats.bf16(second), "half " + bits);
    }

    @Example
    void theFirstPartIsTheNearestTiesToEven() {
        assertEquals(1, HalfFloats.bf16(Parts.first(1 + 0x1p-8f)));
        assertEquals(1 + 0x1p-6f, HalfFloats.bf16(Parts.first(1 + 0x1.8p-7f)));
        assertEquals(1 + 0x1p-7f, HalfFloats.bf16(Parts.first(1 + 0x1.02p-8f)));
    }

    @Example
    void whatIsNotFiniteIsItsFirstPart() {
        for (float x :
                new float[] {
                    Float.POSITIVE_INFINITY,
                    Float.NEGATIVE_INFINITY,
                    Float.intBitsToFloat(0x7F800001)
                }) {
            short first = Parts.first(x);
            assertEquals(x, HalfFloats.bf16(first));
            assertEquals(0, Parts.rest(x, first));
        }
    }
}
