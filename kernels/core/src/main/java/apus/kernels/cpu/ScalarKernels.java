package apus.kernels.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import apus.format.Block;
import apus.format.DType;
import apus.format.Fp8;
import apus.format.HalfFloats;
import apus.format.Mxfp4;
import apus.format.PairTiled;
import apus.format.Plain;
import apus.format.QuadTiled;
import apus.format.Tiled;
import apus.format.Weight;
import apus.format.spec.Act;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The plain version of every operation: the one to read, the reference for the others, and what
 * serves where the Vector API is not to be had. Sums run in order of index.
 */
public final class ScalarKernels implements CpuKernels {
    // A tensor may begin at any byte of its file.
    private static final ValueLayout.OfFloat F32 =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort B16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** Rows of a product that one call covers, for callers that share it out. */
    private static final int ROWS = 32;

    /** A cache line of 8-bit numbers. */
    private static final int TILE_ROWS = 64;

    @Override
    public String description() {
        return "scalar Java";
    }

    @Override
    public Layout layout(Weight w) {
        return Layout.ROWS;
    }

    @Override
    public int tokenGroup() {
        return 1;
    }

    @Override
    public int rowGroup(Weight w, int tokens) {
        return ROWS;
    }

    @Override
    public long arrangedFloats(int tokens, int cols) {
        return 0;
    }

    @Override
    public boolean tiles() {
        return false;
    }

    @Override
    public int tileRows() {
        return TILE_ROWS;
    }

    @Override
    public long matmulScratch(Weight w) {
        return 0;
    }

    @Override
    public void arrange(
            Layout layout,
            MemorySegment x,
            int tokens,
            int cols,
            int fromToken,
            int toToken,
            MemorySegment out) {
        throw new IllegalArgumentException("scalar kernels read rows as they are");
    }

    @Override
    public void matmul(
            MemorySegment x,
            int tokens,
            Weight w,
            MemorySegment bias,
            int fromRow,
            int toRow,
            MemorySegment y,
            MemorySegment scratch,
            long scratchOffset) {
        switch (w.format()) {
            case Plain(DType type) -> matmul(type, x, tokens, w, bias, fromRow, toRow, y);
            case Fp8 _, Block _, Mxfp4 _, Tiled _, PairTiled _, QuadTiled _ ->
                    PackedKernels.matmul(x, tokens, w, bias, fromRow, toRow, y);
        }
    }

    private static void matmul(
            DType type,
            MemorySegment x,
            int tokens,
            Weight w,
            MemorySegment bias,
            int fromRow,
            int toRow,
            MemorySegment y) {
        int cols = w.cols();
        for (int t = 0; t < tokens; t++) {
            for (int r = fromRow; r < toRow; r++) {
                long row = (long) r * cols;
                long at = (long) t * cols;
                float sum =
                        switch (type) {
                            case F32 -> dotF32(x, at, w.data(), row, cols);
                            case F16 -> dotF16(x, at, w.data(), row, cols);
                            case BF16 -> dotBf16(x, at, w.data(), row, cols);
                            case BOOL,
                                    U8,
                                    I8,
                                    F8_E4M3,
                                    F8_E5M2,
                                    I16,
                                    U16,
                                    I32,
                                    U32,
                                    I64,
                                    U64,
                                    F64 ->
                                    throw new IllegalArgumentException(
                                            "not a plain weight: " + type);
                        };
                if (bias.byteSize() != 0) {
                    sum += bias.getAtIndex(JAVA_FLOAT, r);
                }
                y.setAtIndex(JAVA_FLOAT, (long) t * w.rows() + r, sum);
            }
        }
    }

    private static DType type(Weight w) {
        return switch (w.format()) {
            case Plain(DType type) -> type;
            // Embeddings are stored plain by every quantiser; a checkpoint says so when it opens.
            case Fp8 _, Block _, Mxfp4 _, Tiled _, PairTiled _, QuadTiled _ ->
                    throw new IllegalArgumentException(w.name() + " is not a plain weight");
        };
    }

    private static float dotF32(MemorySegment x, long xAt, MemorySegment w, long wAt, int n) {
        float sum = 0;
        for (int c = 0; c < n; c++) {
            sum += x.getAtIndex(JAVA_FLOAT, xAt + c) * w.get(F32, (wAt + c) * Float.BYTES);
        }
        return sum;
    }

    private static float dotF16(MemorySegment x, long xAt, MemorySegment w, long wAt, int n) {
        float sum = 0;
        for (int c = 0; c < n; c++) {
            sum +=
                    x.getAtIndex(JAVA_FLOAT, xAt + c)
                            * HalfFloats.f16(w.get(B16, (wAt + c) * Short.BYTES));
        }
        return sum;
    }

    private static float dotBf16(MemorySegment x, long xAt, MemorySegment w, long wAt, int n) {
        float sum = 0;
        for (int c = 0; c < n; c++) {
            sum +=
                    x.getAtIndex(JAVA_FLOAT, xAt + c)
                            * HalfFloats.bf16(w.get(B16, (wAt + c) * Short.BYTES));
        }
        return sum;
    }

    @Override
    public void row(Weight w, int row, MemorySegment y, long yOffset) {
        DType type = type(w);
        for (int c = 0; c < w.cols(); c++) {
            long at = (long) row * w.cols() + c;
            float value =
                    switch (type) {
                        case F32 -> w.data().get(F32, at * Float.BYTES);
                        case F16 -> HalfFloats.f16(w.data().get(B16, at * Short.BYTES));
                        case BF16 -> HalfFloats.bf16(w.data().get(B16, at * Short.BYTES));
                        case BOOL, U8, I8, F8_E4M3, F8_E5M2, I16, U16, I32, U32, I64, U64, F64 ->
                                throw new IllegalArgumentException("not a plain weight: " + type);
                    };
            y.setAtIndex(JAVA_FLOAT, yOffset + c, value);
        }
    }

    @Override
    public void rmsNorm(
            MemorySegment x,
            long xOffset,
            MemorySegment weight,
            int n,
            float eps,
            float offset,
            MemorySegment y,
            long yOffset) {
        float squares = 0;
        for (int i = 0; i < n; i++) {
            float value = x.getAtIndex(JAVA_FLOAT, xOffset + i);
            squares += value * value;
        }
        float factor = (float) (1 / Math.sqrt(squares / n + eps));
        for (int i = 0; i < n; i++) {
            float value = x.getAtIndex(JAVA_FLOAT, xOffset + i) * factor;
            y.setAtIndex(
                    JAVA_FLOAT, yOffset + i, value * (offset + weight.getAtIndex(JAVA_FLOAT, i)));
        }
    }

    @Override
    public void layerNorm(
            MemorySegment x,
            long xOffset,
            MemorySegment weight,
            MemorySegment bias,
            int n,
            float eps,
            MemorySegment y,
            long yOffset) {
        float sum = 0;
        for (int i = 0; i < n; i++) {
            sum += x.getAtIndex(JAVA_FLOAT, xOffset + i);
        }
        float mean = sum / n;
        float squares = 0;
        for (int i = 0; i < n; i++) {
            float distance = x.getAtIndex(JAVA_FLOAT, xOffset + i) - mean;
            squares += distance * distance;
        }
        float factor = (float) (1 / Math.sqrt(squares / n + eps));
        for (int i = 0; i < n; i++) {
            float value = (x.getAtIndex(JAVA_FLOAT, xOffset + i) - mean) * factor;
            value *= weight.getAtIndex(JAVA_FLOAT, i);
            if (bias.byteSize() != 0) {
                value += bias.getAtIndex(JAVA_FLOAT, i);
            }
            y.setAtIndex(JAVA_FLOAT, yOffset + i, value);
        }
    }

    @Override
    public void rope(
            MemorySegment x,
            long xOffset,
            int half,
            MemorySegment cos,
            MemorySegment sin,
            long angleOffset) {
        for (int i = 0; i < half; i++) {
            float c = cos.getAtIndex(JAVA_FLOAT, angleOffset + i);
            float s = sin.getAtIndex(JAVA_FLOAT, angleOffset + i);
            float a = x.getAtIndex(JAVA_FLOAT, xOffset + i);
            float b = x.getAtIndex(JAVA_FLOAT, xOffset + half + i);
            x.setAtIndex(JAVA_FLOAT, xOffset + i, a * c - b * s);
            x.setAtIndex(JAVA_FLOAT, xOffset + half + i, b * c + a * s);
        }
    }

    @Override
    public void add(MemorySegment x, long xOffset, MemorySegment y, long yOffset, int n) {
        for (int i = 0; i < n; i++) {
            float sum =
                    x.getAtIndex(JAVA_FLOAT, xOffset + i) + y.getAtIndex(JAVA_FLOAT, yOffset + i);
            x.setAtIndex(JAVA_FLOAT, xOffset + i, sum);
        }
    }

    @Override
    public void scale(MemorySegment x, long xOffset, float factor, int n) {
        for (int i = 0; i < n; i++) {
            x.setAtIndex(JAVA_FLOAT, xOffset + i, x.getAtIndex(JAVA_FLOAT, xOffset + i) * factor);
        }
    }

    @Override
    public void addScaled(
            MemorySegment x, long xOffset, float factor, MemorySegment y, long yOffset, int n) {
        for (int i = 0; i < n; i++) {
            float sum =
                    x.getAtIndex(JAVA_FLOAT, xOffset + i)
                            + factor * y.getAtIndex(JAVA_FLOAT, yOffset + i);
            x.setAtIndex(JAVA_FLOAT, xOffset + i, sum);
        }
    }

    @Override
    public void gated(
            Act act, MemorySegment gate, long gateOffset, MemorySegment up, long upOffset, int n) {
        for (int i = 0; i < n; i++) {
            float activated = apply(act, gate.getAtIndex(JAVA_FLOAT, gateOffset + i));
            gate.setAtIndex(
                    JAVA_FLOAT,
                    gateOffset + i,
                    activated * up.getAtIndex(JAVA_FLOAT, upOffset + i));
        }
    }

    @Override
    public void activate(
            Act act,
            MemorySegment x,
            long xOffset,
            MemorySegment scratch,
            long scratchOffset,
            int n) {
        for (int i = 0; i < n; i++) {
            float activated = apply(act, x.getAtIndex(JAVA_FLOAT, xOffset + i));
            x.setAtIndex(JAVA_FLOAT, xOffset + i, activated);
        }
    }

    private static float apply(Act act, double x) {
        return switch (act) {
            case SILU -> (float) (x / (1 + Math.exp(-x)));
            case GELU_TANH -> {
                double inner = Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x);
                yield (float) (0.5 * x * (1 + Math.tanh(inner)));
            }
            case GELU -> (float) (0.5 * x * (1 + Erf.of(x / Math.sqrt(2))));
            case RELU -> (float) Math.max(x, 0);
        };
    }

    @Override
    public void gatedWithin(
            float limit,
            MemorySegment gate,
            long gateOffset,
            MemorySegment up,
            long upOffset,
            int n) {
        for (int i = 0; i < n; i++) {
            double g = Math.min(gate.getAtIndex(JAVA_FLOAT, gateOffset + i), limit);
            float u = Math.clamp(up.getAtIndex(JAVA_FLOAT, upOffset + i), -limit, limit);
            float value = (float) (g / (1 + Math.exp(-1.702 * g)) * (u + 1));
            gate.setAtIndex(JAVA_FLOAT, gateOffset + i, value);
        }
    }

    @Override
    public long attentionScratch(int headDim, int blockSize) {
        return 0;
    }

    @Override
    public void attention(AttentionTask task) {
        for (int t = 0; t < task.tokens; t++) {
            for (int h = 0; h < task.heads; h++) {
                attention(task, t, task.firstHead + h);
            }
        }
    }

    private static void attention(AttentionTask a, int token, int head) {
        int headDim = a.headDim;
        long row = (long) (a.firstToken + token) * a.queryWidth + (long) head * headDim;
        int to = a.firstPosition + token + 1;
        int from = a.window == 0 ? 0 : Math.max(0, to - a.window);
        // A sink comes first: it sets the maximum and adds exp(sink - sink) to the sum.
        boolean sink = a.sinks.byteSize() != 0;
        float max = sink ? a.sinks.getAtIndex(JAVA_FLOAT, head) : Float.NEGATIVE_INFINITY;
        float sum = sink ? 1 : 0;
        for (int i = 0; i < headDim; i++) {
            a.out.setAtIndex(JAVA_FLOAT, row + i, 0);
        }
        for (int p = from; p < to; p++) {
            long block = a.blockTable[a.tableOffset + p / a.blockSize];
            long place = (block * a.kvHeads + a.kvHead) * a.blockSize * headDim;
            long key = place + p % a.blockSize;
            long value = place + (long) (p % a.blockSize) * headDim;
            float score = 0;
            for (int i = 0; i < headDim; i++) {
                score +=
                        a.q.getAtIndex(JAVA_FLOAT, row + i)
                                * a.keys.getAtIndex(JAVA_FLOAT, key + (long) i * a.blockSize);
            }
            score *= a.scale;
            if (a.softcap != 0) {
                score = (float) (a.softcap * Math.tanh(score / a.softcap));
            }
            // Online softmax, Milakov and Gimelshein 2018, arXiv 1805.02867: when a new maximum
            // comes, what was summed so far is scaled down to it.
            if (score > max) {
                float shrink = (float) Math.exp(max - score);
                sum *= shrink;
                for (int i = 0; i < headDim; i++) {
                    a.out.setAtIndex(
                            JAVA_FLOAT, row + i, a.out.getAtIndex(JAVA_FLOAT, row + i) * shrink);
                }
                max = score;
            }
            float weight = (float) Math.exp(score - max);
            sum += weight;
            for (int i = 0; i < headDim; i++) {
                float v =
                        a.out.getAtIndex(JAVA_FLOAT, row + i)
                                + weight * a.values.getAtIndex(JAVA_FLOAT, value + i);
                a.out.setAtIndex(JAVA_FLOAT, row + i, v);
            }
        }
        for (int i = 0; i < headDim; i++) {
            a.out.setAtIndex(JAVA_FLOAT, row + i, a.out.getAtIndex(JAVA_FLOAT, row + i) / sum);
        }
    }

    @Override
    public void softcap(MemorySegment x, long xOffset, float cap, int n) {
        for (int i = 0; i < n; i++) {
            double value = x.getAtIndex(JAVA_FLOAT, xOffset + i);
            x.setAtIndex(JAVA_FLOAT, xOffset + i, (float) (cap * Math.tanh(value / cap)));
        }
    }
}
