package apus.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.format.Tiled.Code;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.FloatRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** How far quantised numbers may be from the given ones. */
final class BlockQuantizerPropertyTest {
    @Property
    void eightBitsAreWithinHalfAStep(
            @ForAll @Size(min = 1, max = 32) float[] w,
            @ForAll @IntRange(min = -30, max = 30) int e) {
        float[] scaled = scaled(w, e);
        BlockQuantizer quantizer = new BlockQuantizer(32);
        assertTrue(quantizer.quantize(Code.INT8, scaled, scaled.length));
        float step = quantizer.scale();
        float most = 0;
        for (float v : scaled) {
            most = Math.max(most, Math.abs(v));
        }
        // A bfloat16 has 8 bits, so rounding up costs at most one part in 128.
        assertTrue(step <= most / 127 * (1 + 1 / 128f), step + " for " + most);
        for (int i = 0; i < scaled.length; i++) {
            int q = quantizer.numbers()[i];
            assertTrue(Math.abs(q) <= 127);
            assertEquals(scaled[i], step * q, step * 0.5001f, "number " + i);
        }
    }

    @Property
    void fourBitsAreNoWorseThanWithoutASearch(
            @ForAll @Size(min = 1, max = 32) @FloatRange(min = -1, max = 1) float[] w,
            @ForAll @IntRange(min = -30, max = 30) int e) {
        float[] scaled = scaled(w, e);
        BlockQuantizer quantizer = new BlockQuantizer(32);
        assertTrue(quantizer.quantize(Code.INT4, scaled, scaled.length));
        float low = 0;
        float high = 0;
        for (float v : scaled) {
            low = Math.min(low, v);
            high = Math.max(high, v);
        }
        float extreme = -low > high ? low : high;
        float plain = extreme / -8;
        double found = 0;
        double wanted = 0;
        double squares = 0;
        for (int i = 0; i < scaled.length; i++) {
            int q = quantizer.numbers()[i];
            assertTrue(q >= -8 && q <= 7);
            found += Math.pow(scaled[i] - quantizer.scale() * q, 2);
            int p = plain == 0 ? 0 : Math.max(-8, Math.min(7, Math.round(scaled[i] / plain)));
            wanted += Math.pow(scaled[i] - plain * p, 2);
            squares += scaled[i] * (double) scaled[i];
        }
        // The scale is rounded to 8 bits afterwards, which may cost 2^-8 of every number.
        assertTrue(found <= wanted + squares * Math.pow(2, -15), found + " > " + wanted);
    }

    private static float[] scaled(float[] w, int exponent) {
        float[] scaled = new float[w.length];
        for (int i = 0; i < w.length; i++) {
            float v = Float.isFinite(w[i]) && Math.abs(w[i]) < 1e6f ? w[i] : 1;
            scaled[i] = Math.abs(v) < 1e-6f ? 0 : Math.scalb(v, exponent);
        }
        return scaled;
    }
}
