package apus.kernels.cpu.simd;

import static apus.kernels.cpu.simd.Lanes.F;
import static apus.kernels.cpu.simd.Lanes.L;
import static apus.kernels.cpu.simd.Lanes.LE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import apus.format.Block;
import apus.format.DType;
import apus.format.Fp8;
import apus.format.Mxfp4;
import apus.format.PairTiled;
import apus.format.Plain;
import apus.format.QuadTiled;
import apus.format.Tiled;
import apus.format.Weight;
import apus.format.spec.Act;
import apus.kernels.cpu.AttentionTask;
import apus.kernels.cpu.CpuKernels;
import apus.kernels.cpu.PackedKernels;
import apus.kernels.cpu.tile.DigitWriter;
import apus.kernels.cpu.tile.PairInputs;
import apus.kernels.cpu.tile.PartSplitter;
import apus.kernels.cpu.tile.PlainScaler;
import apus.kernels.cpu.tile.QuadInputs;
import apus.kernels.cpu.tile.SumScaler;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;

/** Every operation with the Vector API, at the width the machine prefers. */
public final class VectorKernels implements CpuKernels, PartSplitter, DigitWriter, SumScaler {
    private static final SumScaler PLAIN = new PlainScaler();

    /** Rows of an item of a product of few tokens: some microseconds of work. */
    private static final int ROWS = Products.SINGLE_ROWS;

    // Lane i takes lane (i + n) % L.
    private static final VectorShuffle<Float> BY_8 = rotation(8);
    private static final VectorShuffle<Float> BY_4 = rotation(4);
    private static final VectorShuffle<Float> BY_2 = rotation(2);
    private static final VectorShuffle<Float> BY_1 = rotation(1);

    private static VectorShuffle<Float> rotation(int n) {
        return VectorShuffle.iota(F, n % L, 1, true);
    }

    @Override
    public String description() {
        return "Vector API, " + F.vectorBitSize() + " bits";
    }

    @Override
    public Layout layout(Weight w) {
        return switch (w.format()) {
            case Plain(DType type) -> type == DType.F32 ? Layout.WHOLE : Layout.PAIRED;
            case Tiled _ -> w.order().byteSize() == 0 ? Layout.STEPS : Layout.ROWS;
            case Fp8 _, Block _, Mxfp4 _, PairTiled _, QuadTiled _ -> Layout.ROWS;
        };
    }

    @Override
    public int tokenGroup() {
        return Inputs.GROUP;
    }

    @Override
    public int rowGroup(Weight w, int tokens) {
        return switch (w.format()) {
            case Plain _ -> Inputs.byClass(tokens) ? Panel.ROWS : ROWS;
            case Tiled tiled -> tiled.tileRows();
            case Fp8 _, Block _, Mxfp4 _, PairTiled _, QuadTiled _ -> ROWS;
        };
    }

    @Override
    public long arrangedFloats(int tokens, int cols) {
        return Inputs.floats(tokens, cols);
    }

    @Override
    public boolean tiles() {
        return true;
    }

    @Override
    public int tileRows() {
        return TiledDot.ROWS;
    }

    @Override
    public long matmulScratch(Weight w) {
        return switch (w.format()) {
            case Plain _ -> Products.scratch(w);
            case Tiled _ -> TiledProducts.SCRATCH;
            case Fp8 _, Block _, Mxfp4 _, PairTiled _, QuadTiled _ -> 0;
        };
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
        switch (layout) {
            case ROWS -> throw new IllegalArgumentException("rows need no arranging");
            case WHOLE -> Inputs.arrange(false, x, tokens, cols, fromToken, toToken, out);
            case PAIRED -> Inputs.arrange(true, x, tokens, cols, fromToken, toToken, out);
            case PAIRS, QUADS ->
                    throw new IllegalArgumentException(layout + " are for matrix tiles");
            case STEPS -> TileInputs.arrange(x, tokens, cols, fromToken, toToken, out);
        }
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
            case Plain _ ->
                    Products.matmul(x, tokens, w, bias, fromRow, toRow, y, scratch, scratchOffset);
            case Tiled tiled ->
                    TiledProducts.matmul(
                            x, tokens, w, tiled, bias, fromRow, toRow, y, scratch, scratchOffset);
            case Fp8 _, Block _, Mxfp4 _, PairTiled _, QuadTiled _ ->
                    PackedKernels.matmul(x, tokens, w, bias, fromRow, toRow, y);
        }
    }

    @Override
    public void scale(
            int digits,
            int blocks,
            int tileRows,
            MemorySegment s,
            long sums,
            long digitBytes,
            long out,
            MemorySegment weightScales,
            long weightAt,
            MemorySegment inputScales,
            long inputAt) {
        if (SumScaling.fits()) {
            SumScaling.scale(
                    digits,
                    blocks,
                    tileRows,
                    s,
                    sums,
                    digitBytes,
                    out,
                    weightScales,
                    weightAt,
                    inputScales,
                    inputAt);
        } else {
            PLAIN.scale(
                    digits,
                    blocks,
                    tileRows,
                    s,
                    sums,
                    digitBytes,
                    out,
                    weightScales,
                    weightAt,
                    inputScales,
                    inputAt);
        }
    }

    @Override
    public void split(
            int parts,
            MemorySegment x,
            long from,
            int cols,
            MemorySegment out,
            long at,
            long stride) {
        int done = PartsSplit.split(parts, x, from, cols, out, at, stride);
        PairInputs.split(done, parts, x, from, cols, out, at, stride);
    }

    @Override
    public void write(
            int digits,
            int blocks,
            MemorySegment x,
            long from,
            MemorySegment out,
            long at,
            long stride,
            long scales) {
        if (DigitSplit.fits()) {
            DigitSplit.write(digits, blocks, x, from, out, at, stride, scales);
        } else {
            QuadInputs.write(digits, blocks, x, from, out, at, stride, scales);
        }
    }

    @Override
    public void row(Weight w, int row, MemorySegment y, long yOffset) {
        long first = (long) row * w.cols();
        for (int c = 0; c < w.cols(); c++) {
            y.setAtIndex(JAVA_FLOAT, yOffset + c, Products.at(w, first + c));
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
        float squares = squares(x, xOffset, 0, n);
        float factor = (float) (1 / Math.sqrt(squares / n + eps));
        int i = 0;
        for (; i + L <= n; i += L) {
            FloatVector w = FloatVector.fromMemorySegment(F, weight, (long) i * Float.BYTES, LE);
            FloatVector.fromMemorySegment(F, x, (xOffset + i) * Float.BYTES, LE)
                    .mul(factor)
                    .mul(w.add(offset))
                    .intoMemorySegment(y, (yOffset + i) * Float.BYTES, LE);
        }
        for (; i < n; i++) {
            float v = x.getAtIndex(JAVA_FLOAT, xOffset + i) * factor;
            y.setAtIndex(JAVA_FLOAT, yOffset + i, v * (offset + weight.getAtIndex(JAVA_FLOAT, i)));
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
        float mean = sum(x, xOffset, n) / n;
        float squares = squares(x, xOffset, mean, n);
        float factor = (float) (1 / Math.sqrt(squares / n + eps));
        int i = 0;
        for (; i + L <= n; i += L) {
            FloatVector w = FloatVector.fromMemorySegment(F, weight, (long) i * Float.BYTES, LE);
            FloatVector.fromMemorySegment(F, x, (xOffset + i) * Float.BYTES, LE)
                    .sub(mean)
                    .mul(factor)
                    .mul(w)
                    .intoMemorySegment(y, (yOffset + i) * Float.BYTES, LE);
        }
        for (; i < n; i++) {
            float v = (x.getAtIndex(JAVA_FLOAT, xOffset + i) - mean) * factor;
            y.setAtIndex(JAVA_FLOAT, yOffset + i, v * weight.getAtIndex(JAVA_FLOAT, i));
        }
        if (bias.byteSize() != 0) {
            add(y, yOffset, bias, 0, n);
        }
    }

    /** Sum of x[i], in a fixed order. */
    private static float sum(MemorySegment x, long xOffset, int n) {
        FloatVector a = FloatVector.zero(F);
        int i = 0;
        for (; i + L <= n; i += L) {
            a = a.add(FloatVector.fromMemorySegment(F, x, (xOffset + i) * Float.BYTES, LE));
        }
        // By halves, as Lanes.sum: the order of reduceLanes would change with compilation.
        a = L > 8 ? a.add(a.rearrange(BY_8)) : a;
        a = L > 4 ? a.add(a.rearrange(BY_4)) : a;
        a = L > 2 ? a.add(a.rearrange(BY_2)) : a;
        float sum = a.add(a.rearrange(BY_1)).lane(0);
        for (; i < n; i++) {
            sum += x.getAtIndex(JAVA_FLOAT, xOffset + i);
        }
        return sum;
    }

    /** Sum of (x[i] - mean)^2, in the same order. */
    private static float squares(MemorySegment x, long xOffset, float mean, int n) {
        FloatVector a = FloatVector.zero(F);
        FloatVector b = a;
        int i = 0;
        for (; i + 2 * L <= n; i += 2 * L) {
            long at = (xOffset + i) * Float.BYTES;
            FloatVector v = FloatVector.fromMemorySegment(F, x, at, LE).sub(mean);
            FloatVector u = FloatVector.fromMemorySegment(F, x, at + Lanes.B, LE).sub(mean);
            a = v.fma(v, a);
            b = u.fma(u, b);
        }
        a = a.add(b);
        a = L > 8 ? a.add(a.rearrange(BY_8)) : a;
        a = L > 4 ? a.add(a.rearrange(BY_4)) : a;
        a = L > 2 ? a.add(a.rearrange(BY_2)) : a;
        float sum = a.add(a.rearrange(BY_1)).lane(0);
        for (; i < n; i++) {
            float v = x.getAtIndex(JAVA_FLOAT, xOffset + i) - mean;
            sum = Math.fma(v, v, sum);
        }
        return sum;
    }

    @Override
    public void rope(
            MemorySegment x,
            long xOffset,
            int half,
            MemorySegment cos,
            MemorySegment sin,
            long angleOffset) {
        int i = 0;
        for (; i + L <= half; i += L) {
            long at = (xOffset + i) * Float.BYTES;
            long beyond = at + (long) half * Float.BYTES;
            long angle = (angleOffset + i) * Float.BYTES;
            FloatVector c = FloatVector.fromMemorySegment(F, cos, angle, LE);
            FloatVector s = FloatVector.fromMemorySegment(F, sin, angle, LE);
            FloatVector a = FloatVector.fromMemorySegment(F, x, at, LE);
            FloatVector b = FloatVector.fromMemorySegment(F, x, beyond, LE);
            a.mul(c).sub(b.mul(s)).intoMemorySegment(x, at, LE);
            b.mul(c).add(a.mul(s)).intoMemorySegment(x, beyond, LE);
        }
        for (; i < half; i++) {
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
        int i = 0;
        for (; i + L <= n; i += L) {
            long at = (xOffset + i) * Float.BYTES;
            FloatVector.fromMemorySegment(F, x, at, LE)
                    .add(FloatVector.fromMemorySegment(F, y, (yOffset + i) * Float.BYTES, LE))
                    .intoMemorySegment(x, at, LE);
        }
        for (; i < n; i++) {
            float sum =
                    x.getAtIndex(JAVA_FLOAT, xOffset + i) + y.getAtIndex(JAVA_FLOAT, yOffset + i);
            x.setAtIndex(JAVA_FLOAT, xOffset + i, sum);
        }
    }

    @Override
    public void scale(MemorySegment x, long xOffset, float factor, int n) {
        int i = 0;
        for (; i + L <= n; i += L) {
            long at = (xOffset + i) * Float.BYTES;
            FloatVector.fromMemorySegment(F, x, at, LE).mul(factor).intoMemorySegment(x, at, LE);
        }
        for (; i < n; i++) {
            x.setAtIndex(JAVA_FLOAT, xOffset + i, x.getAtIndex(JAVA_FLOAT, xOffset + i) * factor);
        }
    }

    @Override
    public void addScaled(
            MemorySegment x, long xOffset, float factor, MemorySegment y, long yOffset, int n) {
        int i = 0;
        for (; i + L <= n; i += L) {
            long at = (xOffset + i) * Float.BYTES;
            FloatVector.fromMemorySegment(F, y, (yOffset + i) * Float.BYTES, LE)
                    .fma(
                            FloatVector.broadcast(F, factor),
                            FloatVector.fromMemorySegment(F, x, at, LE))
                    .intoMemorySegment(x, at, LE);
        }
        for (; i < n; i++) {
            float v = y.getAtIndex(JAVA_FLOAT, yOffset + i);
            float sum = Math.fma(v, factor, x.getAtIndex(JAVA_FLOAT, xOffset + i));
            x.setAtIndex(JAVA_FLOAT, xOffset + i, sum);
        }
    }

    @Override
    public void gated(
            Act act, MemorySegment gate, long gateOffset, MemorySegment up, long upOffset, int n) {
        Activations.gated(act, gate, gateOffset, up, upOffset, n);
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
            scratch.setAtIndex(JAVA_FLOAT, scratchOffset + i, 1);
        }
        Activations.gated(act, x, xOffset, scratch, scratchOffset, n);
    }

    @Override
    public void gatedWithin(
            float limit,
            MemorySegment gate,
            long gateOffset,
            MemorySegment up,
            long upOffset,
            int n) {
        Activations.gatedWithin(limit, gate, gateOffset, up, upOffset, n);
    }

    @Override
    public long attentionScratch(int headDim, int blockSize) {
        return VectorAttention.scratch(headDim, blockSize);
    }

    @Override
    public void attention(AttentionTask task) {
        VectorAttention.run(task);
    }

    @Override
    public void softcap(MemorySegment x, long xOffset, float cap, int n) {
        VectorMath.softcap(x, xOffset, cap, n);
    }
}
