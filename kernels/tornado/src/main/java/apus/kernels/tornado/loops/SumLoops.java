package apus.kernels.tornado.loops;

import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.BFloat16;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.ShortArray;

/** What comes before and after products on tensor cores. */
public final class SumLoops {
    private SumLoops() {}

    /**
     * Inputs as bfloat16: the nearest, and with two parts the nearest to what that leaves. For
     * CUDA, where TornadoVM has an instruction or two for it. The bits go straight into an array:
     * TornadoVM takes them for a short in arithmetic too, where a shift by 16 loses them.
     *
     * @param x f32[n]
     * @param y bfloat16[parts][n]
     */
    public static void split(FloatArray x, ShortArray y, int n, int parts) {
        for (@Parallel int i = 0; i < n; i++) {
            float value = x.get(i);
            short near = BFloat16.bf16FromFloat(value);
            y.set(i, near);
            if (parts == 2) {
                y.set(n + i, BFloat16.bf16FromFloat(value - BFloat16.bf16ToFloat(near)));
            }
        }
    }

    /**
     * y = {@link Finish}(sums + bias), as {@link FloatProducts} does it.
     *
     * @param sums f32[tokens][stride]
     */
    public static void finishSums(
            FloatArray sums,
            FloatArray bias,
            FloatArray y,
            int tokens,
            int rows,
            int stride,
            int width,
            int at,
            int biased,
            int finish,
            int act,
            float factor,
            float cap) {
        for (@Parallel int t = 0; t < tokens; t++) {
            for (@Parallel int r = 0; r < rows; r++) {
                float sum = sums.get(t * stride + r);
                if (biased != 0) {
                    sum += bias.get(r);
                }
                if (finish == Finish.GATE) {
                    float up = sums.get(t * stride + rows + r);
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
}
