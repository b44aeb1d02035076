package apus.kernels.tornado.loops;

import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** Norms, a slice of neighbouring numbers each. */
public final class NormLoops {
    private NormLoops() {}

    /**
     * y = x / sqrt(mean(x^2) + eps) * (offset + weight).
     *
     * @param x f32[tokens][n]
     * @param y the same, another array
     */
    public static void rmsNorm(
            FloatArray x,
            FloatArray weight,
            FloatArray y,
            int tokens,
            int n,
            float eps,
            float offset) {
        for (@Parallel int t = 0; t < tokens; t++) {
            float squares = 0f;
            for (int i = 0; i < n; i++) {
                float value = x.get(t * n + i);
                squares += value * value;
            }
            float factor = 1f / TornadoMath.sqrt(squares / n + eps);
            for (int i = 0; i < n; i++) {
                y.set(t * n + i, x.get(t * n + i) * factor * (offset + weight.get(i)));
            }
        }
    }

    /**
     * The same in place, of several slices of each token.
     *
     * @param x f32[tokens][width]; slices of n begin at {@code at}
     */
    public static void rmsNormSlices(
            FloatArray x,
            FloatArray weight,
            int tokens,
            int slices,
            int n,
            int width,
            int at,
            float eps,
            float offset) {
        for (@Parallel int t = 0; t < tokens; t++) {
            for (@Parallel int s = 0; s < slices; s++) {
                int from = t * width + at + s * n;
                float squares = 0f;
                for (int i = 0; i < n; i++) {
                    float value = x.get(from + i);
                    squares += value * value;
                }
                float factor = 1f / TornadoMath.sqrt(squares / n + eps);
                for (int i = 0; i < n; i++) {
                    x.set(from + i, x.get(from + i) * factor * (offset + weight.get(i)));
                }
            }
        }
    }

    /**
     * y = (x - mean(x)) / sqrt(variance(x) + eps) * weight + bias.
     *
     * @param biased 0 if there is no bias
     */
    public static void layerNorm(
            FloatArray x,
            FloatArray weight,
            FloatArray bias,
            FloatArray y,
            int tokens,
            int n,
            int biased,
            float eps) {
        for (@Parallel int t = 0; t < tokens; t++) {
            float sum = 0f;
            for (int i = 0; i < n; i++) {
                sum += x.get(t * n + i);
            }
            float mean = sum / n;
            float squares = 0f;
            for (int i = 0; i < n; i++) {
                float distance = x.get(t * n + i) - mean;
                squares += distance * distance;
            }
            float factor = 1f / TornadoMath.sqrt(squares / n + eps);
            for (int i = 0; i < n; i++) {
                float value = (x.get(t * n + i) - mean) * factor * weight.get(i);
                if (biased != 0) {
                    value += bias.get(i);
                }
                y.set(t * n + i, value);
            }
        }
    }

    /** The same in place, of several slices of each token. */
    public static void layerNormSlices(
            FloatArray x,
            FloatArray weight,
            FloatArray bias,
            int tokens,
            int slices,
            int n,
            int width,
            int at,
            int biased,
            float eps) {
        for (@Parallel int t = 0; t < tokens; t++) {
            for (@Parallel int s = 0; s < slices; s++) {
                int from = t * width + at + s * n;
                float sum = 0f;
                for (int i = 0; i < n; i++) {
                    sum += x.get(from + i);
                }
                float mean = sum / n;
                float squares = 0f;
                for (int i = 0; i < n; i++) {
                    float distance = x.get(from + i) - mean;
                    squares += distance * distance;
                }
                float factor = 1f / TornadoMath.sqrt(squares / n + eps);
                for (int i = 0; i < n; i++) {
                    float value = (x.get(from + i) - mean) * factor * weight.get(i);
                    if (biased != 0) {
                        value += bias.get(i);
                    }
                    x.set(from + i, value);
                }
            }
        }
    }
}
