package apus.kernels.tornado.groups;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** Norms as in {@link apus.kernels.tornado.loops.NormLoops}, a group for each slice. */
public final class GroupNorms {
    private GroupNorms() {}

    /**
     * @param threads of a group, a power of two up to 256
     */
    public static void rmsNormGroups(
            KernelContext context,
            FloatArray x,
            FloatArray weight,
            FloatArray y,
            int n,
            float eps,
            float offset,
            int threads) {
        float[] local = context.allocateFloatLocalArray(Groups.MOST_THREADS);
        int thread = context.localIdx;
        int from = context.groupIdx * n;
        float squares = 0f;
        for (int i = thread; i < n; i += threads) {
            float value = x.get(from + i);
            squares += value * value;
        }
        local[thread] = squares;
        for (int far = threads / 2; far > 0; far = far / 2) {
            context.localBarrier();
            if (thread < far) {
                local[thread] += local[thread + far];
            }
        }
        context.localBarrier();
        float factor = 1f / TornadoMath.sqrt(local[0] / n + eps);
        for (int i = thread; i < n; i += threads) {
            y.set(from + i, x.get(from + i) * factor * (offset + weight.get(i)));
        }
    }

    /** The same in place, of {@code slices} of n numbers of each token's {@code width}. */
    public static void rmsNormSliceGroups(
            KernelContext context,
            FloatArray x,
            FloatArray weight,
            int slices,
            int n,
            int width,
            int at,
            float eps,
            float offset,
            int threads) {
        float[] local = context.allocateFloatLocalArray(Groups.MOST_THREADS);
        int thread = context.localIdx;
        int group = context.groupIdx;
        int from = group / slices * width + at + group % slices * n;
        float squares = 0f;
        for (int i = thread; i < n; i += threads) {
            float value = x.get(from + i);
            squares += value * value;
        }
        local[thread] = squares;
        for (int far = threads / 2; far > 0; far = far / 2) {
            context.localBarrier();
            if (thread < far) {
                local[thread] += local[thread + far];
            }
        }
        context.localBarrier();
        float factor = 1f / TornadoMath.sqrt(local[0] / n + eps);
        for (int i = thread; i < n; i += threads) {
            x.set(from + i, x.get(from + i) * factor * (offset + weight.get(i)));
        }
    }

    /** {@link apus.kernels.tornado.loops.NormLoops#layerNorm}. */
    public static void layerNormGroups(
            KernelContext context,
            FloatArray x,
            FloatArray weight,
            FloatArray bias,
            FloatArray y,
            int n,
            int biased,
            float eps,
            int threads) {
        float[] local = context.allocateFloatLocalArray(Groups.MOST_THREADS);
        int thread = context.localIdx;
        int from = context.groupIdx * n;
        float sum = 0f;
        for (int i = thread; i < n; i += threads) {
            sum += x.get(from + i);
        }
        local[thread] = sum;
        for (int far = threads / 2; far > 0; far = far / 2) {
            context.localBarrier();
            if (thread < far) {
                local[thread] += local[thread + far];
            }
        }
        context.localBarrier();
        float mean = local[0] / n;
        context.localBarrier();
        float squares = 0f;
        for (int i = thread; i < n; i += threads) {
            float distance = x.get(from + i) - mean;
            squares += distance * distance;
        }
        local[thread] = squares;
        for (int far = threads / 2; far > 0; far = far / 2) {
            context.localBarrier();
            if (thread < far) {
                local[thread] += local[thread + far];
            }
        }
        context.localBarrier();
        float factor = 1f / TornadoMath.sqrt(local[0] / n + eps);
        for (int i = thread; i < n; i += threads) {
            float value = (x.get(from + i) - mean) * factor * weight.get(i);
            if (biased != 0) {
                value += bias.get(i);
            }
            y.set(from + i, value);
        }
    }

    /** The same in place, of {@code slices} of n numbers of each token's {@code width}. */
    public static void layerNormSliceGroups(
            KernelContext context,
            FloatArray x,
            FloatArray weight,
            FloatArray bias,
            int slices,
            int n,
            int width,
            int at,
            int biased,
            float eps,
            int threads) {
        float[] local = context.allocateFloatLocalArray(Groups.MOST_THREADS);
        int thread = context.localIdx;
        int group = context.groupIdx;
        int from = group / slices * width + at + group % slices * n;
        float sum = 0f;
        for (int i = thread; i < n; i += threads) {
            sum += x.get(from + i);
        }
        local[thread] = sum;
        for (int far = threads / 2; far > 0; far = far / 2) {
            context.localBarrier();
            if (thread < far) {
                local[thread] += local[thread + far];
            }
        }
        context.localBarrier();
        float mean = local[0] / n;
        context.localBarrier();
        float squares = 0f;
        for (int i = thread; i < n; i += threads) {
            float distance = x.get(from + i) - mean;
            squares += distance * distance;
        }
        local[thread] = squares;
        for (int far = threads / 2; far > 0; far = far / 2) {
            context.localBarrier();
            if (thread < far) {
                local[thread] += local[thread + far];
            }
        }
        context.localBarrier();
        float factor = 1f / TornadoMath.sqrt(local[0] / n + eps);
        for (int i = thread; i < n; i += threads) {
            float value = (x.get(from + i) - mean) * factor * weight.get(i);
            if (biased != 0) {
                value += bias.get(i);
            }
            x.set(from + i, value);
        }
    }
}
