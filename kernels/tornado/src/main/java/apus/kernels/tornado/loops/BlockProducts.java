package apus.kernels.tornado.loops;

import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.ByteArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * Products with matrices of small integers in blocks of columns that share a scale, w = scale *
 * number, as {@link FloatProducts} has them.
 *
 * <p>Int8: w[rows][cols], a byte each. Int4: w[rows][ceil(cols / 2)], column c in the low half of
 * byte c / 2 if c is even, in the high half if odd, as number + 8. scales: f32[rows][ceil(cols /
 * block)]; block is even.
 */
public final class BlockProducts {
    private BlockProducts() {}

    public static void productInt8(
            FloatArray x,
            ByteArray w,
            FloatArray scales,
            FloatArray bias,
            FloatArray y,
            int tokens,
            int rows,
            int cols,
            int block,
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
                float sum = dotInt8(x, from, w, scales, row, cols, block);
                if (biased != 0) {
                    sum += bias.get(row);
                }
                if (finish == Finish.GATE) {
                    float up = dotInt8(x, from, w, scales, rows + row, cols, block);
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

    public static void productInt4(
            FloatArray x,
            ByteArray w,
            FloatArray scales,
            FloatArray bias,
            FloatArray y,
            int tokens,
            int rows,
            int cols,
            int block,
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
                float sum = dotInt4(x, from, w, scales, row, cols, block);
                if (biased != 0) {
                    sum += bias.get(row);
                }
                if (finish == Finish.GATE) {
                    float up = dotInt4(x, from, w, scales, rows + row, cols, block);
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

    private static float dotInt8(
            FloatArray x, int xAt, ByteArray w, FloatArray scales, int row, int cols, int block) {
        int blocks = (cols + block - 1) / block;
        float sum = 0f;
        for (int b = 0; b < blocks; b++) {
            int end = b * block + block < cols ? b * block + block : cols;
            float part = 0f;
            for (int c = b * block; c < end; c++) {
                int number = w.get(row * cols + c);
                part += number * x.get(xAt + c);
            }
            sum += part * scales.get(row * blocks + b);
        }
        return sum;
    }

    private static float dotInt4(
            FloatArray x, int xAt, ByteArray w, FloatArray scales, int row, int cols, int block) {
        int blocks = (cols + block - 1) / block;
        int bytes = (cols + 1) / 2;
        float sum = 0f;
        for (int b = 0; b < blocks; b++) {
            int end = b * block + block < cols ? b * block + block : cols;
            float part = 0f;
            for (int c = b * block; c < end; c++) {
                int two = w.get(row * bytes + c / 2);
                int number = ((two >> (c % 2 * 4)) & 15) - 8;
                part += number * x.get(xAt + c);
            }
            sum += part * scales.get(row * blocks + b);
        }
        return sum;
    }
}
