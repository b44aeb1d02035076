package apus.kernels.tornado.loops;

import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** What becomes of a product of a row and an input before it is stored. */
public final class Finish {
    /** y = sum. */
    public static final int STORE = 0;

    /** y += factor * sum: the residual stream. */
    public static final int ADD = 1;

    /** y = act(sum). */
    public static final int ACTIVATE = 2;

    /** y = factor * sum, capped where cap is not 0: logits. */
    public static final int CAP = 3;

    /** y = act(sum) * another sum: {@link #gate}, which takes both; not of {@link #put}. */
    public static final int GATE = 4;

    // Activation functions, in the order of apus.format.spec.Act.
    public static final int SILU = 0;
    public static final int GELU_TANH = 1;
    public static final int GELU = 2;
    public static final int RELU = 3;

    private static final float SQRT_2_OVER_PI = 0.7978846f;
    private static final float SQRT_HALF = 0.70710677f;
    private static final float TWO_OVER_SQRT_PI = 1.1283792f;

    /** Beyond this, erf is 1 to the last bit of a float. */
    private static final float ERF_END = 4f;

    /** Terms of the series that {@link #ERF_END} takes. */
    private static final int ERF_TERMS = 56;

    private Finish() {}

    /** Stores a sum. */
    public static void put(
            FloatArray y, int at, float sum, int finish, int act, float factor, float cap) {
        if (finish == ADD) {
            y.set(at, y.get(at) + factor * sum);
        } else if (finish == ACTIVATE) {
            y.set(at, activate(sum, act));
        } else if (finish == CAP) {
            float scaled = factor * sum;
            if (cap != 0f) {
                scaled = cap * TornadoMath.tanh(scaled / cap);
            }
            y.set(at, scaled);
        } else {
            y.set(at, sum);
        }
    }

    /** An activation function. */
    public static float activate(float x, int act) {
        float y;
        if (act == SILU) {
            y = x / (1f + TornadoMath.exp(-x));
        } else if (act == GELU_TANH) {
            float inner = SQRT_2_OVER_PI * (x + 0.044715f * x * x * x);
            y = 0.5f * x * (1f + TornadoMath.tanh(inner));
        } else if (act == GELU) {
            y = 0.5f * x * (1f + erf(x * SQRT_HALF));
        } else {
            y = TornadoMath.max(x, 0f);
        }
        return y;
    }

    /**
     * act(gate) * up, or with a limit what {@link apus.format.spec.Gated} says; {@code act} plays
     * no part then.
     *
     * @param limit 0 = none
     */
    public static float gate(float gate, float up, int act, float limit) {
        float y;
        if (limit != 0f) {
            float g = TornadoMath.min(gate, limit);
            float u = TornadoMath.max(TornadoMath.min(up, limit), -limit);
            y = g / (1f + TornadoMath.exp(-1.702f * g)) * (u + 1f);
        } else {
            y = activate(gate, act) * up;
        }
        return y;
    }

    /**
     * erf(x) = 2/sqrt(pi) exp(-x^2) sum of 2^n x^(2n+1) / (1 * 3 * ... * (2n+1)): no term cancels
     * another, so that floats do. Abramowitz and Stegun 7.1.6.
     */
    private static float erf(float x) {
        float a = TornadoMath.min(TornadoMath.abs(x), ERF_END);
        float term = a;
        float sum = a;
        for (int n = 1; n < ERF_TERMS; n++) {
            term = term * (2f * a * a) / (2f * n + 1f);
            sum += term;
        }
        float y = TornadoMath.min(TWO_OVER_SQRT_PI * TornadoMath.exp(-a * a) * sum, 1f);
        return x < 0f ? -y : y;
    }
}
