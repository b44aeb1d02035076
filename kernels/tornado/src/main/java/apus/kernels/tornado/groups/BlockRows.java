package apus.kernels.tornado.groups;

import apus.kernels.tornado.loops.Finish;
import apus.kernels.tornado.loops.Routes;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.ByteArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * Products with matrices of small integers in blocks, as in {@link
 * apus.kernels.tornado.loops.BlockProducts}. A row's columns are shared out over the lanes of
 * {@link Groups}.
 *
 * <p>A row and a token for every 32 threads: for single tokens, and for tokens that go to different
 * experts. {@link BlockTiles} sum in the same order.
 *
 * <p>With {@link Finish#GATE} one half of a group's threads has the gate's rows and the other those
 * of the other matrix, which stand {@code rows} further down; groups are whole pairs of 32 threads.
 */
public final class BlockRows {
    private BlockRows() {}

    public static void productInt8Rows(
            KernelContext context,
            FloatArray x,
            ByteArray w,
            FloatArray scales,
            FloatArray bias,
            FloatArray y,
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
            int spread,
            int threads) {
        float[] local = context.allocateFloatLocalArray(Groups.MOST_THREADS);
        int thread = context.localIdx;
        int lane = thread % Groups.LANES;
        int perGroup = threads / Groups.LANES;
        int half = finish == Finish.GATE ? perGroup / 2 : perGroup;
        int share = thread / Groups.LANES;
        int rowGroups = (rows + half - 1) / half;
        int t = context.groupIdx / rowGroups;
        int r = context.groupIdx % rowGroups * half + share % half;
        int top = Routes.first(routes, routed, t, rows, finish);
        int row = top + (r < rows ? r : rows - 1) + share / half * rows;
        int from = t / spread * cols;
        int blocks = (cols + block - 1) / block;
        float sum = 0f;
        for (int c = lane; c < cols; c += Groups.LANES) {
            int bits = w.get(row * cols + c);
            float number = bits * scales.get(row * blocks + c / block);
            sum += x.get(from + c) * number;
        }
        local[thread] = sum;
        for (int far = Groups.LANES / 2; far > 0; far = far / 2) {
            context.localBarrier();
            if (lane < far) {
                local[thread] += local[thread + far];
            }
        }
        context.localBarrier();
        if (lane == 0 && r < rows && share < half) {
            float all = local[thread];
            if (biased != 0) {
                all += bias.get(top + r);
            }
            if (finish == Finish.GATE) {
                float up = local[thread + half * Groups.LANES];
                if (biased != 0) {
                    up += bias.get(top + rows + r);
                }
                y.set(t * width + at + r, Finish.gate(all, up, act, cap));
            } else {
                Finish.put(y, t * width + at + r, all, finish, act, factor, cap);
            }
        }
    }

    public static void productInt4Rows(
            KernelContext context,
            FloatArray x,
            ByteArray w,
            FloatArray scales,
            FloatArray bias,
            FloatArray y,
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
            int spread,
            int threads) {
        float[] local = context.allocateFloatLocalArray(Groups.MOST_THREADS);
        int thread = context.localIdx;
        int lane = thread % Groups.LANES;
        int perGroup = threads / Groups.LANES;
        int half = finish == Finish.GATE ? perGroup / 2 : perGroup;
        int share = thread / Groups.LANES;
        int rowGroups = (rows + half - 1) / half;
        int t = context.groupIdx / rowGroups;
        int r = context.groupIdx % rowGroups * half + share % half;
        int top = Routes.first(routes, routed, t, rows, finish);
        int row = top + (r < rows ? r : rows - 1) + share / half * rows;
        int from = t / spread * cols;
        int blocks = (cols + block - 1) / block;
        float sum = 0f;
        for (int c = lane; c < cols; c += Groups.LANES) {
            int two = w.get(row * ((cols + 1) / 2) + c / 2);
            int bits = ((two >> (c % 2 * 4)) & 15) - 8;
            float number = bits * scales.get(row * blocks + c / block);
            sum += x.get(from + c) * number;
        }
        local[thread] = sum;
        for (int far = Groups.LANES / 2; far > 0; far = far / 2) {
            context.localBarrier();
            if (lane < far) {
                local[thread] += local[thread + far];
            }
        }
        context.localBarrier();
        if (lane == 0 && r < rows && share < half) {
            float all = local[thread];
            if (biased != 0) {
                all += bias.get(top + r);
            }
            if (finish == Finish.GATE) {
                float up = local[thread + half * Groups.LANES];
                if (biased != 0) {
                    up += bias.get(top + rows + r);
                }
                y.set(t * width + at + r, Finish.gate(all, up, act, cap));
            } else {
                Finish.put(y, t * width + at + r, all, finish, act, factor, cap);
            }
        }
    }
}
