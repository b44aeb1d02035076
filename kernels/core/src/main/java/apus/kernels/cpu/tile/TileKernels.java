package apus.kernels.cpu.tile;

import apus.format.Block;
import apus.format.Fp8;
import apus.format.Mxfp4;
import apus.format.PairTiled;
import apus.format.Plain;
import apus.format.QuadTiled;
import apus.format.Tiled;
import apus.format.Weight;
import apus.format.spec.Act;
import apus.kernels.ActivationPrecision;
import apus.kernels.DeviceException;
import apus.kernels.cpu.AttentionTask;
import apus.kernels.cpu.CpuKernels;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * Products with plain weights, and with integers in blocks, on matrix tiles; everything else, and
 * weights in other formats, by the kernels that would serve without tiles.
 */
public final class TileKernels implements CpuKernels {
    private final CpuKernels rest;
    private final TileProducts products;
    private final PartSplitter splitter;
    private final DigitWriter writer;
    private final QuadProducts bytes;
    private final int inputParts;
    private final int digits;
    private final int tokenGroup;
    private final String description;

    /**
     * Kernels on any processor that runs the code.
     *
     * @param rest what serves where tiles do not
     * @throws Host.Refused if code cannot be loaded
     */
    TileKernels(Processor processor, ActivationPrecision precision, CpuKernels rest)
            throws Host.Refused {
        this.rest = rest;
        this.splitter =
                rest instanceof PartSplitter faster
                        ? faster
                        : (parts, x, from, cols, out, at, stride) ->
                                PairInputs.split(0, parts, x, from, cols, out, at, stride);
        this.writer = rest instanceof DigitWriter faster ? faster : QuadInputs::write;
        this.inputParts =
                switch (precision) {
                    // Three parts hold every bit of a float32.
                    case FLOAT32 -> 3;
                    case BF16 -> 1;
                };
        this.digits =
                switch (precision) {
                    case FLOAT32 -> 3;
                    // One digit would be a byte, as llama.cpp has it: less than a bfloat16.
                    case BF16 -> 2;
                };
        this.products = new TileProducts(inputParts, processor);
        try {
            this.bytes = new QuadProducts(digits, processor, rest);
        } catch (Host.Refused | RuntimeException | Error e) {
            products.close();
            throw e;
        }
        this.tokenGroup = common(PairInputs.BLOCK, rest.tokenGroup());
        this.description =
                "matrix tiles, activations as "
                        + switch (precision) {
                            case FLOAT32 -> "float32";
                            case BF16 -> "bfloat16";
                        };
    }

    /** Why this machine has no tiles; empty if it has. Only looks. */
    public static Optional<String> missing() {
        return TileSupport.missing(new LinuxHost());
    }

    /**
     * Kernels on the tiles of this machine, after a small product has been seen to be right.
     *
     * @param rest what serves where tiles do not
     * @throws DeviceException with the reason if a step is refused or the product is wrong
     */
    public static CpuKernels open(ActivationPrecision precision, CpuKernels rest) {
        Host host = new LinuxHost();
        return open(host, new CodePages(host), precision, rest);
    }

    static TileKernels open(
            Host host, Processor processor, ActivationPrecision precision, CpuKernels rest) {
        try {
            TileSupport.request(host, processor);
            TileKernels kernels = new TileKernels(processor, precision, rest);
            Optional<String> wrong = SelfCheck.wrong(kernels, kernels.inputParts);
            if (wrong.isPresent()) {
                kernels.release();
                throw new Host.Refused("a small product is wrong: " + wrong.get());
            }
            return kernels;
        } catch (Host.Refused e) {
            throw new DeviceException("tile kernels cannot serve: " + e.getMessage(), e);
        }
    }

    /** The least common multiple. */
    private static int common(int a, int b) {
        int n = a;
        while (n % b != 0) {
            n += a;
        }
        return n;
    }

    @Override
    public String description() {
        return description + ", beside " + rest.description();
    }

    @Override
    public Layout layout(Weight w) {
        return switch (w.format()) {
            case PairTiled _ -> Layout.PAIRS;
            case QuadTiled _ -> Layout.QUADS;
            case Plain _, Tiled _, Fp8 _, Block _, Mxfp4 _ -> rest.layout(w);
        };
    }

    /** Groups of these kernels and of the others end together. */
    @Override
    public int tokenGroup() {
        return tokenGroup;
    }

    @Override
    public int rowGroup(Weight w, int tokens) {
        return switch (w.format()) {
            case PairTiled _ -> PairTiled.ROWS;
            case QuadTiled quads -> quads.tileRows();
            case Plain _, Tiled _, Fp8 _, Block _, Mxfp4 _ -> rest.rowGroup(w, tokens);
        };
    }

    @Override
    public long arrangedFloats(int tokens, int cols) {
        long own = PairInputs.floats(inputParts, tokens, cols);
        own = Math.max(own, QuadInputs.floats(digits, tokens, cols));
        return Math.max(own, rest.arrangedFloats(tokens, cols));
    }

    @Override
    public boolean tiles() {
        return rest.tiles();
    }

    @Override
    public int tileRows() {
        return rest.tileRows();
    }

    @Override
    public boolean pairs() {
        return true;
    }

    @Override
    public void release() {
        products.close();
        bytes.close();
    }

    @Override
    public long matmulScratch(Weight w) {
        return switch (w.format()) {
            case PairTiled _ -> TileProducts.SCRATCH;
            case QuadTiled quads -> bytes.scratch(quads);
            case Plain _, Tiled _, Fp8 _, Block _, Mxfp4 _ -> rest.matmulScratch(w);
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
            case PAIRS ->
                    PairInputs.arrange(
                            splitter, inputParts, x, tokens, cols, fromToken, toToken, out);
            case QUADS ->
                    QuadInputs.arrange(writer, digits, x, tokens, cols, fromToken, toToken, out);
            case ROWS, WHOLE, PAIRED, STEPS ->
                    rest.arrange(layout, x, tokens, cols, fromToken, toToken, out);
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
            case PairTiled pairs ->
                    products.matmul(
                            x, tokens, w, pairs, bias, fromRow, toRow, y, scratch, scratchOffset);
            case QuadTiled quads ->
                    bytes.matmul(
                            x, tokens, w, quads, bias, fromRow, toRow, y, scratch, scratchOffset);
            case Plain _, Tiled _, Fp8 _, Block _, Mxfp4 _ ->
                    rest.matmul(x, tokens, w, bias, fromRow, toRow, y, scratch, scratchOffset);
        }
    }

    @Override
    public void row(Weight w, int row, MemorySegment y, long yOffset) {
        rest.row(w, row, y, yOffset);
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
        rest.rmsNorm(x, xOffset, weight, n, eps, offset, y, yOffset);
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
        rest.layerNorm(x, xOffset, weight, bias, n, eps, y, yOffset);
    }

    @Override
    public void rope(
            MemorySegment x,
            long xOffset,
            int half,
            MemorySegment cos,
            MemorySegment sin,
            long angleOffset) {
        rest.rope(x, xOffset, half, cos, sin, angleOffset);
    }

    @Override
    public void add(MemorySegment x, long xOffset, MemorySegment y, long yOffset, int n) {
        rest.add(x, xOffset, y, yOffset, n);
    }

    @Override
    public void addScaled(
            MemorySegment x, long xOffset, float factor, MemorySegment y, long yOffset, int n) {
        rest.addScaled(x, xOffset, factor, y, yOffset, n);
    }

    @Override
    public void scale(MemorySegment x, long xOffset, float factor, int n) {
        rest.scale(x, xOffset, factor, n);
    }

    @Override
    public void gated(
            Act act, MemorySegment gate, long gateOffset, MemorySegment up, long upOffset, int n) {
        rest.gated(act, gate, gateOffset, up, upOffset, n);
    }

    @Override
    public void activate(
            Act act,
            MemorySegment x,
            long xOffset,
            MemorySegment scratch,
            long scratchOffset,
            int n) {
        rest.activate(act, x, xOffset, scratch, scratchOffset, n);
    }

    @Override
    public void gatedWithin(
            float limit,
            MemorySegment gate,
            long gateOffset,
            MemorySegment up,
            long upOffset,
            int n) {
        rest.gatedWithin(limit, gate, gateOffset, up, upOffset, n);
    }

    @Override
    public long attentionScratch(int headDim, int blockSize) {
        return rest.attentionScratch(headDim, blockSize);
    }

    @Override
    public void attention(AttentionTask task) {
        rest.attention(task);
    }

    @Override
    public void softcap(MemorySegment x, long xOffset, float cap, int n) {
        rest.softcap(x, xOffset, cap, n);
    }
}
