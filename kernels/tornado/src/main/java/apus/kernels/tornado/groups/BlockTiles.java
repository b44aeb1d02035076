package apus.kernels.tornado.groups;

import apus.kernels.tornado.loops.Finish;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.ByteArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * Products with matrices of small integers in blocks, as in {@link
 * apus.kernels.tornado.loops.BlockProducts}. A row's columns are shared out over the lanes of
 * {@link Groups}.
 *
 * <p>Eight tokens at a time, whose inputs the group reads into local memory, so that a number of
 * the matrix is read once for all of them. {@link BlockRows} sum in the same order.
 *
 * <p>With {@link Finish#GATE} one half of a group's threads has the gate's rows and the other those
 * of the other matrix, which stand {@code rows} further down; groups are whole pairs of 32 threads.
 */
public final class BlockTiles {
    private BlockTiles() {}

    public static void productInt8Tiles(
            KernelContext context,
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
            int threads) {
        float[] inputs = context.allocateFloatLocalArray(Groups.TOKENS * Groups.CHUNK);
        float[] local = context.allocateFloatLocalArray(Groups.TOKENS * Groups.MOST_THREADS);
        int thread = context.localIdx;
        int lane = thread % Groups.LANES;
        int perGroup = threads / Groups.LANES;
        int half = finish == Finish.GATE ? perGroup / 2 : perGroup;
        int share = thread / Groups.LANES;
        int rowGroups = (rows + half - 1) / half;
        int first = context.groupIdx / rowGroups * Groups.TOKENS;
        int r = context.groupIdx % rowGroups * half + share % half;
        int row = (r < rows ? r : rows - 1) + share / half * rows;
        int blocks = (cols + block - 1) / block;
        float sum0 = 0f;
        float sum1 = 0f;
        float sum2 = 0f;
        float sum3 = 0f;
        float sum4 = 0f;
        float sum5 = 0f;
        float sum6 = 0f;
        float sum7 = 0f;
        for (int begin = 0; begin < cols; begin += Groups.CHUNK) {
            for (int i = thread; i < Groups.TOKENS * Groups.CHUNK; i += threads) {
                int t = first + i / Groups.CHUNK;
                int c = begin + i % Groups.CHUNK;
                float value = 0f;
                if (t < tokens && c < cols) {
                    value = x.get(t * cols + c);
                }
                inputs[i] = value;
            }
            context.localBarrier();
            int end = cols - begin < Groups.CHUNK ? cols - begin : Groups.CHUNK;
            for (int c = lane; c < end; c += Groups.LANES) {
                int bits = w.get(row * cols + begin + c);
                float number = bits * scales.get(row * blocks + (begin + c) / block);
                sum0 += inputs[c] * number;
                sum1 += inputs[Groups.CHUNK + c] * number;
                sum2 += inputs[2 * Groups.CHUNK + c] * number;
                sum3 += inputs[3 * Groups.CHUNK + c] * number;
                sum4 += inputs[4 * Groups.CHUNK + c] * number;
                sum5 += inputs[5 * Groups.CHUNK + c] * number;
                sum6 += inputs[6 * Groups.CHUNK + c] * number;
                sum7 += inputs[7 * Groups.CHUNK + c] * number;
            }
            context.localBarrier();
        }
        local[thread] = sum0;
        local[Groups.MOST_THREADS + thread] = sum1;
        local[2 * Groups.MOST_THREADS + thread] = sum2;
        local[3 * Groups.MOST_THREADS + thread] = sum3;
        local[4 * Groups.MOST_THREADS + thread] = sum4;
        local[5 * Groups.MOST_THREADS + thread] = sum5;
        local[6 * Groups.MOST_THREADS + thread] = sum6;
        local[7 * Groups.MOST_THREADS + thread] = sum7;
        for (int far = Groups.LANES / 2; far > 0; far = far / 2) {
            context.localBarrier();
            if (lane < far) {
                for (int m = 0; m < Groups.TOKENS; m++) {
                    int to = m * Groups.MOST_THREADS + thread;
                    local[to] += local[to + far];
                }
            }
        }
        context.localBarrier();
        if (lane < Groups.TOKENS && first + lane < tokens && r < rows && share < half) {
            int place = lane * Groups.MOST_THREADS + thread - lane;
            int to = (first + lane) * width + at + r;
            float all = local[place];
            if (biased != 0) {
                all += bias.get(r);
            }
            if (finish == Finish.GATE) {
                float up = local[place + half * Groups.LANES];
                if (biased != 0) {
                    up += bias.get(rows + r);
                }
                y.set(to, Finish.gate(all, up, act, cap));
            } else {
                Finish.put(y, to, all, finish, act, factor, cap);
            }
        }
    }

    public static void productInt4Tiles(
            KernelContext context,
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
            int threads) {
        float[] inputs = context.allocateFloatLocalArray(Groups.TOKENS * Groups.CHUNK);
        float[] local = context.allocateFloatLocalArray(Groups.TOKENS * Groups.MOST_THREADS);
        int thread = context.localIdx;
        int lane = thread % Groups.LANES;
        int perGroup = threads / Groups.LANES;
        int half = finish == Finish.GATE ? perGroup / 2 : perGroup;
        int share = thread / Groups.LANES;
        int rowGroups = (rows + half - 1) / half;
        int first = context.groupIdx / rowGroups * Groups.TOKENS;
        int r = context.groupIdx % rowGroups * half + share % half;
        int row = (r < rows ? r : rows - 1) + share / half * rows;
        int blocks = (cols + block - 1) / block;
        float sum0 = 0f;
        float sum1 = 0f;
        float sum2 = 0f;
        float sum3 = 0f;
        float sum4 = 0f;
        float sum5 = 0f;
        float sum6 = 0f;
        float sum7 = 0f;
        for (int begin = 0; begin < cols; begin += Groups.CHUNK) {
            for (int i = thread; i < Groups.TOKENS * Groups.CHUNK; i += threads) {
                int t = first + i / Groups.CHUNK;
                int c = begin + i % Groups.CHUNK;
                float value = 0f;
                if (t < tokens && c < cols) {
                    value = x.get(t * cols + c);
                }
                inputs[i] = value;
            }
            context.localBarrier();
            int end = cols - begin < Groups.CHUNK ? cols - begin : Groups.CHUNK;
            for (int c = lane; c < end; c += Groups.LANES) {
                int two = w.get(row * ((cols + 1) / 2) + (begin + c) / 2);
                int bits = ((two >> ((begin + c) % 2 * 4)) & 15) - 8;
                float number = bits * scales.get(row * blocks + (begin + c) / block);
                sum0 += inputs[c] * number;
                sum1 += inputs[Groups.CHUNK + c] * number;
                sum2 += inputs[2 * Groups.CHUNK + c] * number;
                sum3 += inputs[3 * Groups.CHUNK + c] * number;
                sum4 += inputs[4 * Groups.CHUNK + c] * number;
                sum5 += inputs[5 * Groups.CHUNK + c] * number;
                sum6 += inputs[6 * Groups.CHUNK + c] * number;
                sum7 += inputs[7 * Groups.CHUNK + c] * number;
            }
            context.localBarrier();
        }
        local[thread] = sum0;
        local[Groups.MOST_THREADS + thread] = sum1;
        local[2 * Groups.MOST_THREADS + thread] = sum2;
        local[3 * Groups.MOST_THREADS + thread] = sum3;
        local[4 * Groups.MOST_THREADS + thread] = sum4;
        local[5 * Groups.MOST_THREADS + thread] = sum5;
        local[6 * Groups.MOST_THREADS + thread] = sum6;
        local[7 * Groups.MOST_THREADS + thread] = sum7;
        for (int far = Groups.LANES / 2; far > 0; far = far / 2) {
            context.localBarrier();
            if (lane < far) {
                for (int m = 0; m < Groups.TOKENS; m++) {
                    int to = m * Groups.MOST_THREADS + thread;
                    local[to] += local[to + far];
                }
            }
        }
        context.localBarrier();
        if (lane < Groups.TOKENS && first + lane < tokens && r < rows && share < half) {
            int place = lane * Groups.MOST_THREADS + thread - lane;
            int to = (first + lane) * width + at + r;
            float all = local[place];
            if (biased != 0) {
                all += bias.get(r);
            }
            if (finish == Finish.GATE) {
                float up = local[place + half * Groups.LANES];
                if (biased != 0) {
                    up += bias.get(rows + r);
                }
                y.set(to, Finish.gate(all, up, act, cap));
            } else {
                Finish.put(y, to, all, finish, act, factor, cap);
            }
        }
    }
}
