package apus.kernels.tornado.loops;

import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.HalfFloatArray;
import uk.ac.manchester.tornado.api.types.arrays.ShortArray;

/**
 * Products with matrices of f32, bfloat16 and IEEE half: y = x W^T + bias, and what {@link Finish}
 * makes of it.
 *
 * <p>x: f32[tokens][cols]. w: [rows][cols]. bias: f32[rows], not read where {@code biased} is 0. y:
 * f32[tokens][width], of which columns {@code at} to {@code at + rows} are written.
 *
 * <p>With {@link Finish#GATE} w holds the gate's rows and then as many of the other matrix; {@code
 * rows} counts one of them.
 */
public final class FloatProducts {
    private FloatProducts() {}

    public static void productF32(
            FloatArray x,
            FloatArray w,
            FloatArray bias,
            FloatArray y,
            int tokens,
            int rows,
            int cols,
            int width,
            int at,
            int biased,
            int finish,
            int act,
            float factor,
            float cap) {
        for (@Parallel int t = 0; t < tokens; t++) {
            for (@Parallel int r = 0; r < rows; r++) {
                float sum = dotF32(x, t * cols, w, r * cols, cols);
                if (biased != 0) {
                    sum += bias.get(r);
                }
                if (finish == Finish.GATE) {
                    float up = dotF32(x, t * cols, w, (rows + r) * cols, cols);
                    if (biased != 0) {
                        up += bias.get(rows + r);
                    }
                    y.set(t * width + at + r, Finish.gate(sum, up, act, cap));
                } else {
                    Finish.put(y, t * width + at + r, sum, finish, act, factor, cap);
                }
            }
        }
    }

    public static void productBf16(
            FloatArray x,
            ShortArray w,
            FloatArray powers,
            FloatArray bias,
            FloatArray y,
            int tokens,
            int rows,
            int cols,
            int width,
            int at,
            int biased,
            int finish,
            int act,
            float factor,
            float cap) {
        for (@Parallel int t = 0; t < tokens; t++) {
            for (@Parallel int r = 0; r < rows; r++) {
                float sum = dotBf16(x, t * cols, w, powers, r * cols, cols);
                if (biased != 0) {
                    sum += bias.get(r);
                }
                if (finish == Finish.GATE) {
                    float up = dotBf16(x, t * cols, w, powers, (rows + r) * cols, cols);
                    if (biased != 0) {
                        up += bias.get(rows + r);
                    }
                    y.set(t * width + at + r, Finish.gate(sum, up, act, cap));
                } else {
                    Finish.put(y, t * width + at + r, sum, finish, act, factor, cap);
                }
            }
        }
    }

    public static void productF16(
            FloatArray x,
            HalfFloatArray w,
            FloatArray bias,
            FloatArray y,
            int tokens,
            int rows,
            int cols,
            int width,
            int at,
            int biased,
            int finish,
            int act,
            float factor,
            float cap) {
        for (@Parallel int t = 0; t < tokens; t++) {
            for (@Parallel int r = 0; r < rows; r++) {
                float sum = dotF16(x, t * cols, w, r * cols, cols);
                if (biased != 0) {
                    sum += bias.get(r);
                }
                if (finish == Finish.GATE) {
                    float up = dotF16(x, t * cols, w, (rows + r) * cols, cols);
                    if (biased != 0) {
                        up += bias.get(rows + r);
                    }
                    y.set(t * width + at + r, Finish.gate(sum, up, act, cap));
                } else {
                    Finish.put(y, t * width + at + r, sum, finish, act, factor, cap);
                }
            }
        }
    }

    private static float dotF32(FloatArray x, int xAt, FloatArray w, int wAt, int n) {
        float sum = 0f;
        for (int c = 0; c < n; c++) {
            sum += x.get(xAt + c) * w.get(wAt + c);
        }
        return sum;
    }

    private static float dotBf16(
            FloatArray x, int xAt, ShortArray w, FloatArray powers, int wAt, int n) {
        float sum = 0f;
        for (int c = 0; c < n; c++) {
            sum += x.get(xAt + c) * Bf16.value(w.get(wAt + c), powers);
        }
        return sum;
    }

    private static float dotF16(FloatArray x, int xAt, HalfFloatArray w, int wAt, int n) {
        float sum = 0f;
        for (int c = 0; c < n; c++) {
            sum += x.get(xAt + c) * w.get(wAt + c).getFloat32();
        }
        return sum;
    }
}
