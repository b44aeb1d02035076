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
 *
 * <p>{@code routed}: w holds experts on top of each other, and {@link Routes} says whose turn a
 * token is. {@code spread} tokens of y have an input of x in common.
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
            float cap,
            FloatArray routes,
            int routed,
            int spread) {
        for (@Parallel int t = 0; t < tokens; t++) {
            for (@Parallel int r = 0; r < rows; r++) {
                int row = Routes.first(routes, routed, t, rows, finish) + r;
                int from = t / spread * cols;
                float sum = dotF32(x, from, w, row * cols, cols);
                if (biased != 0) {
                    sum += bias.get(row);
                }
                if (finish == Finish.GATE) {
                    float up = dotF32(x, from, w, (rows + row) * cols, cols);
                    if (biased != 0) {
                        up += bias.get(rows + row);
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
            float cap,
            FloatArray routes,
            int routed,
            int spread) {
        for (@Parallel int t = 0; t < tokens; t++) {
            for (@Parallel int r = 0; r < rows; r++) {
                int row = Routes.first(routes, routed, t, rows, finish) + r;
                int from = t / spread * cols;
                float sum = dotBf16(x, from, w, powers, row * cols, cols);
                if (biased != 0) {
                    sum += bias.get(row);
                }
                if (finish == Finish.GATE) {
                    float up = dotBf16(x, from, w, powers, (rows + row) * cols, cols);
                    if (biased != 0) {
                        up += bias.get(rows + row);
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
            float cap,
            FloatArray routes,
            int routed,
            int spread) {
        for (@Parallel int t = 0; t < tokens; t++) {
            for (@Parallel int r = 0; r < rows; r++) {
                int row = Routes.first(routes, routed, t, rows, finish) + r;
                int from = t / spread * cols;
                float sum = dotF16(x, from, w, row * cols, cols);
                if (biased != 0) {
                    sum += bias.get(row);
                }
                if (finish == Finish.GATE) {
                    float up = dotF16(x, from, w, (rows + row) * cols, cols);
                    if (biased != 0) {
                        up += bias.get(rows + row);
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
