package apus.kernels.cpu.simd;

import static apus.kernels.cpu.simd.Lanes.F;
import static apus.kernels.cpu.simd.Lanes.L;
import static apus.kernels.cpu.simd.Lanes.LE;
import static apus.kernels.cpu.simd.Raw.MEMORY;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * exp and tanh, from additions, multiplications and bit operations only, so that every compiler
 * gives the same bits (the library's {@code EXP} differs between interpreter and C2). They work on
 * memory and not on vectors, because a vector that crosses a method is boxed where C2 chooses not
 * to inline it. Each has a scalar twin for tails that gives the same bits.
 */
final class VectorMath {
    private static final float LOG2_E = 1.442695f;
    // ln 2 in two parts; the upper has few enough bits that n * LN2_HIGH is exact.
    private static final float LN2_HIGH = 0.6933594f;
    private static final float LN2_LOW = -2.12194440e-4f;

    /** 1.5 * 2^23: adding it rounds to an integer, which then stands in the lowest bits. */
    private static final float ROUND = 12582912f;

    /** Subtracted from a rounded number's bits, leaves its integer plus the exponent's bias. */
    private static final int ROUND_BITS = Float.floatToRawIntBits(ROUND) - 127;

    // Results stay within the normal floats: exp(-87.3) is about 2^-126.
    private static final float LOWEST = -87.3f;
    private static final float HIGHEST = 88.3f;

    private static final float TANH_LOWEST = -44f;

    /** Below, tanh is a polynomial: there 1 - 2 / (e^2x + 1) would cancel. */
    private static final float NEAR = 0.625f;

    // Coefficients of the polynomials, highest power first.
    private static final float E5 = 1.9875691e-4f;
    private static final float E4 = 1.3981999e-3f;
    private static final float E3 = 8.333452e-3f;
    private static final float E2 = 4.1665796e-2f;
    private static final float E1 = 0.16666666f;
    private static final float E0 = 0.5f;
    private static final float T4 = -5.7049887e-3f;
    private static final float T3 = 2.0639088e-2f;
    private static final float T2 = -5.3739715e-2f;
    private static final float T1 = 0.13331442f;
    private static final float T0 = -0.3333328f;

    private static final float C9 = 0.017874239f;
    private static final float C8 = -0.1524359f;
    private static final float C7 = 0.4945079f;
    private static final float C6 = -0.75305f;
    private static final float C5 = 0.48632658f;
    private static final float C4 = -0.13091888f;
    private static final float C3 = 0.23595786f;
    private static final float C2 = 0.23660521f;
    private static final float C1 = 0.2830786f;
    private static final float C0 = 0.28205433f;

    private static final float SQRT_HALF = 0.70710677f;

    private VectorMath() {}

    /**
     * x[i] = e^x[i] within 2 units in the last place; 0 below -87.3, 2^127.4 above 88.3. Cephes
     * expf: x = n ln 2 + r, a polynomial of degree 5 for e^r, and n added to the exponent.
     */
    static void exp(MemorySegment x, long offset, int n) {
        long first = Raw.address(x, offset * Float.BYTES, (long) n * Float.BYTES);
        int i = 0;
        for (; i + L <= n; i += L) {
            long at = Raw.bounded(first + i * 4L);
            FloatVector v = FloatVector.fromMemorySegment(F, MEMORY, at, LE);
            VectorMask<Float> vanishes = v.compare(VectorOperators.LT, LOWEST);
            v = v.blend(LOWEST, vanishes);
            v = v.blend(HIGHEST, v.compare(VectorOperators.GT, HIGHEST));
            FloatVector shifted =
                    v.fma(FloatVector.broadcast(F, LOG2_E), FloatVector.broadcast(F, ROUND));
            FloatVector k = shifted.sub(ROUND);
            FloatVector r = k.fma(FloatVector.broadcast(F, -LN2_HIGH), v);
            r = k.fma(FloatVector.broadcast(F, -LN2_LOW), r);
            FloatVector p = FloatVector.broadcast(F, E5);
            p = p.fma(r, FloatVector.broadcast(F, E4));
            p = p.fma(r, FloatVector.broadcast(F, E3));
            p = p.fma(r, FloatVector.broadcast(F, E2));
            p = p.fma(r, FloatVector.broadcast(F, E1));
            p = p.fma(r, FloatVector.broadcast(F, E0));
            p = p.fma(r.mul(r), r).add(1f);
            IntVector exponent =
                    shifted.reinterpretAsInts().sub(ROUND_BITS).lanewise(VectorOperators.LSHL, 23);
            p.mul(exponent.reinterpretAsFloats())
                    .blend(0f, vanishes)
                    .intoMemorySegment(MEMORY, at, LE);
        }
        for (; i < n; i++) {
            x.setAtIndex(JAVA_FLOAT, offset + i, exp(x.getAtIndex(JAVA_FLOAT, offset + i)));
        }
    }

    static float exp(float x) {
        if (x < LOWEST) {
            return 0;
        }
        float bounded = x > HIGHEST ? HIGHEST : x;
        float shifted = Math.fma(bounded, LOG2_E, ROUND);
        float k = shifted - ROUND;
        float r = Math.fma(k, -LN2_HIGH, bounded);
        r = Math.fma(k, -LN2_LOW, r);
        float p = E5;
        p = Math.fma(p, r, E4);
        p = Math.fma(p, r, E3);
        p = Math.fma(p, r, E2);
        p = Math.fma(p, r, E1);
        p = Math.fma(p, r, E0);
        p = Math.fma(p, r * r, r) + 1;
        int exponent = (Float.floatToRawIntBits(shifted) - ROUND_BITS) << 23;
        return p * Float.intBitsToFloat(exponent);
    }

    /** x[i] = cap * tanh(x[i] / cap). tanh: Cephes tanhf near 0, else 1 - 2 / (e^2x + 1). */
    static void softcap(MemorySegment x, long offset, float cap, int n) {
        long first = Raw.address(x, offset * Float.BYTES, (long) n * Float.BYTES);
        int i = 0;
        for (; i + L <= n; i += L) {
            long at = Raw.bounded(first + i * 4L);
            FloatVector u = FloatVector.fromMemorySegment(F, MEMORY, at, LE).div(cap);
            // e^2u as in exp; -44 is low enough for a result of -1.
            FloatVector v = u.add(u);
            v = v.blend(TANH_LOWEST, v.compare(VectorOperators.LT, TANH_LOWEST));
            v = v.blend(HIGHEST, v.compare(VectorOperators.GT, HIGHEST));
            FloatVector shifted =
                    v.fma(FloatVector.broadcast(F, LOG2_E), FloatVector.broadcast(F, ROUND));
            FloatVector k = shifted.sub(ROUND);
            FloatVector r = k.fma(FloatVector.broadcast(F, -LN2_HIGH), v);
            r = k.fma(FloatVector.broadcast(F, -LN2_LOW), r);
            FloatVector p = FloatVector.broadcast(F, E5);
            p = p.fma(r, FloatVector.broadcast(F, E4));
            p = p.fma(r, FloatVector.broadcast(F, E3));
            p = p.fma(r, FloatVector.broadcast(F, E2));
            p = p.fma(r, FloatVector.broadcast(F, E1));
            p = p.fma(r, FloatVector.broadcast(F, E0));
            p = p.fma(r.mul(r), r).add(1f);
            IntVector exponent =
                    shifted.reinterpretAsInts().sub(ROUND_BITS).lanewise(VectorOperators.LSHL, 23);
            FloatVector divisor = p.mul(exponent.reinterpretAsFloats()).add(1f);
            FloatVector far =
                    FloatVector.broadcast(F, 1f).sub(FloatVector.broadcast(F, 2f).div(divisor));
            FloatVector z = u.mul(u);
            p = FloatVector.broadcast(F, T4);
            p = p.fma(z, FloatVector.broadcast(F, T3));
            p = p.fma(z, FloatVector.broadcast(F, T2));
            p = p.fma(z, FloatVector.broadcast(F, T1));
            p = p.fma(z, FloatVector.broadcast(F, T0));
            FloatVector near = p.mul(z).fma(u, u);
            far.blend(near, z.compare(VectorOperators.LT, NEAR * NEAR))
                    .mul(cap)
                    .intoMemorySegment(MEMORY, at, LE);
        }
        for (; i < n; i++) {
            float capped = cap * tanh(x.getAtIndex(JAVA_FLOAT, offset + i) / cap);
            x.setAtIndex(JAVA_FLOAT, offset + i, capped);
        }
    }

    private static float tanh(float x) {
        float z = x * x;
        // Not "else": a NaN takes the other branch, as a lane does.
        if (!(z < NEAR * NEAR)) {
            float twice = x + x;
            return 1 - 2 / (exp(twice < TANH_LOWEST ? TANH_LOWEST : twice) + 1);
        }
        float p = T4;
        p = Math.fma(p, z, T3);
        p = Math.fma(p, z, T2);
        p = Math.fma(p, z, T1);
        p = Math.fma(p, z, T0);
        return Math.fma(p * z, x, x);
    }

    /**
     * 0.5 x (1 + erf(x / sqrt 2)), or x times half the complement on the side where erf tends to
     * -1, so that nothing cancels. erfc(z) = t P(t) e^-z^2 with t = 1 / (1 + z / 2); P is a minimax
     * fit over z up to 10, relative error 7e-8. In scalars: few models use it.
     */
    static float gelu(float x) {
        float z = Math.abs(x) * SQRT_HALF;
        float t = 1 / (1 + z / 2);
        float p = C9;
        p = Math.fma(p, t, C8);
        p = Math.fma(p, t, C7);
        p = Math.fma(p, t, C6);
        p = Math.fma(p, t, C5);
        p = Math.fma(p, t, C4);
        p = Math.fma(p, t, C3);
        p = Math.fma(p, t, C2);
        p = Math.fma(p, t, C1);
        p = Math.fma(p, t, C0);
        float half = t * p * exp(-z * z) / 2;
        return x < 0 ? x * half : x - x * half;
    }
}
