package apus.kernels.cpu.simd;

import static apus.kernels.cpu.simd.Lanes.I;
import static apus.kernels.cpu.simd.Lanes.L;
import static apus.kernels.cpu.simd.Lanes.LE;
import static apus.kernels.cpu.simd.TiledDot.ROWS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import apus.format.HalfFloats;
import apus.format.Tiled;
import apus.format.Weight;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products with {@link Tiled} weights. Whatever the number of tokens, an output is summed in one
 * order: the columns of a block one by one, the sums of blocks times their scales one by one, then
 * the bias.
 *
 * <p>Scratch: scales and zeros of a chunk of columns, sums of the tokens under way, a panel, and
 * inputs that come in another order.
 */
final class TiledProducts {
    /** Tokens that pass over a panel before the next is made. */
    private static final int PASS = 16 * Panel.TOKENS;

    /**
     * Columns whose scales are widened together, and of a panel that fits the first-level cache.
     */
    private static final int CHUNK = 1024;

    private static final int PANEL_COLS = Tiled.MAX_BLOCK;

    /** Blocks smaller than this come in shorter chunks. */
    private static final int MIN_BLOCK = 8;

    private static final long SCALES = 0;
    private static final long ZEROS = SCALES + (long) CHUNK / MIN_BLOCK * ROWS * Float.BYTES;
    private static final long SUMS = ZEROS + (long) CHUNK / MIN_BLOCK * ROWS * Float.BYTES;
    private static final long PANEL = SUMS + (long) PASS * ROWS * Float.BYTES;

    private static final long INPUTS = PANEL + (long) PANEL_COLS * ROWS * Float.BYTES;

    /** Floats of scratch. */
    static final long SCRATCH = INPUTS / Float.BYTES + Math.max(CHUNK, PASS * PANEL_COLS);

    /** A block's sums; see {@link PanelDot} for why in an array. */
    private static final ThreadLocal<float[]> BLOCK_SUMS =
            ThreadLocal.withInitial(() -> new float[Panel.TOKENS * Panel.ROWS]);

    private static final ValueLayout.OfShort HALF = ValueLayout.JAVA_SHORT.withOrder(LE);

    private static final VectorSpecies<Short> SHORTS =
            VectorSpecies.of(short.class, VectorShape.forBitSize(Math.max(64, L * 16)));

    private TiledProducts() {}

    static void matmul(
            MemorySegment x,
            int tokens,
            Weight w,
            Tiled format,
            MemorySegment bias,
            int fromRow,
            int toRow,
            MemorySegment y,
            MemorySegment scratch,
            long scratchOffset) {
        long s = scratchOffset * Float.BYTES;
        for (int tile = fromRow / ROWS; tile * ROWS < toRow; tile++) {
            for (int t = 0; t < tokens; t += PASS) {
                int n = Math.min(PASS, tokens - t);
                TilePanel.clear(scratch, s + SUMS, Math.min(PASS, n + Panel.TOKENS));
                if (tokens <= TileInputs.SINGLES) {
                    singles(x, t, n, w, format, tile, scratch, s);
                } else {
                    panels(x, t, n, w, format, tile, scratch, s);
                }
                int from = Math.max(fromRow, tile * ROWS);
                int to = Math.min(toRow, (tile + 1) * ROWS);
                for (int i = 0; i < n; i++) {
                    long sums =
                            s + SUMS + ((long) i * ROWS + from - (long) tile * ROWS) * Float.BYTES;
                    finish(scratch, sums, bias, from, to, y, (long) (t + i) * w.rows());
                }
            }
        }
    }

    private static void singles(
            MemorySegment x,
            int token,
            int tokens,
            Weight w,
            Tiled format,
            int tile,
            MemorySegment s,
            long sAt) {
        int cols = w.cols();
        int block = format.block();
        int chunk = Math.min(CHUNK / MIN_BLOCK, CHUNK / block) * block;
        boolean ordered = w.order().byteSize() != 0;
        boolean zeros = w.zeros().byteSize() != 0;
        long first = tile * format.tileBytes(cols);
        for (int from = 0; from < cols; from += chunk) {
            int n = Math.min(chunk, cols - from);
            scales(w, format, tile, from / block, format.blocks(n), s, sAt);
            long at = first + numbersAt(format, from);
            for (int t = 0; t < tokens; t++) {
                MemorySegment input = x;
                long xAt = ((long) (token + t) * cols + from) * Float.BYTES;
                if (ordered) {
                    TileInputs.gather(
                            x,
                            (long) (token + t) * cols,
                            w.order(),
                            from,
                            n,
                            s,
                            sAt + INPUTS,
                            Float.BYTES);
                    input = s;
                    xAt = sAt + INPUTS;
                }
                long sums = sAt + SUMS + (long) t * ROWS * Float.BYTES;
                switch (format.code()) {
                    case INT8 ->
                            TiledDot.bytes(
                                    w.data(), at, s, sAt + SCALES, input, xAt, n, block, s, sums);
                    case E4M3 ->
                            TiledDot.e4m3(
                                    w.data(), at, s, sAt + SCALES, input, xAt, n, block, s, sums);
                    case E2M1 ->
                            TiledDot.e2m1(
                                    w.data(),
                                    at,
                                    format.wordsPerBlock(),
                                    s,
                                    sAt + SCALES,
                                    input,
                                    xAt,
                                    n,
                                    block,
                                    s,
                                    sums);
                    case INT4 -> {
                        int words = format.wordsPerBlock();
                        if (zeros) {
                            TiledDot.nibblesFrom(
                                    w.data(),
                                    at,
                                    words,
                                    s,
                                    sAt + SCALES,
                                    s,
                                    sAt + ZEROS,
                                    input,
                                    xAt,
                                    n,
                                    block,
                                    s,
                                    sums);
                        } else {
                            TiledDot.nibbles(
                                    w.data(),
                                    at,
                                    words,
                                    s,
                                    sAt + SCALES,
                                    input,
                                    xAt,
                                    n,
                                    block,
                                    s,
                                    sums);
                        }
                    }
                }
            }
        }
    }

    private static void panels(
            MemorySegment x,
            int token,
            int tokens,
            Weight w,
            Tiled format,
            int tile,
            MemorySegment s,
            long sAt) {
        int cols = w.cols();
        int block = format.block();
        long first = tile * format.tileBytes(cols);
        int most = Math.max(1, PANEL_COLS / block);
        boolean ordered = w.order().byteSize() != 0;
        boolean zeros = w.zeros().byteSize() != 0;
        for (int b = 0; b < format.blocks(cols); b += most) {
            int blocks = Math.min(most, format.blocks(cols) - b);
            scales(w, format, tile, b, blocks, s, sAt);
            for (int i = 0; i < blocks; i++) {
                int from = (b + i) * block;
                long at = first + numbersAt(format, from);
                long panel = sAt + PANEL + (long) i * block * ROWS * Float.BYTES;
                int n = Math.min(block, cols - from);
                switch (format.code()) {
                    case INT8 -> TilePanel.bytes(w.data(), at, n, s, panel);
                    case INT4 -> TilePanel.nibbles(w.data(), at, n, s, panel);
                    case E4M3 -> TilePanel.e4m3(w.data(), at, n, s, panel);
                    case E2M1 -> TilePanel.e2m1(w.data(), at, n, s, panel);
                }
                if (zeros) {
                    long zero = sAt + ZEROS + (long) i * ROWS * Float.BYTES;
                    TilePanel.subtract(s, panel, n, zero);
                }
            }
            MemorySegment input = x;
            long x0 = ((long) token * cols + (long) b * block * Panel.TOKENS) * Float.BYTES;
            long stride = (long) cols * Panel.TOKENS * Float.BYTES;
            if (ordered) {
                int n = Math.min(blocks * block, cols - b * block);
                gather(x, token, tokens, cols, w.order(), b * block, n, s, sAt + INPUTS);
                input = s;
                x0 = sAt + INPUTS;
                stride = (long) PANEL_COLS * Panel.TOKENS * Float.BYTES;
            }
            float[] sums = BLOCK_SUMS.get();
            for (int t = 0; t < tokens; t += Panel.TOKENS) {
                long xAt = x0 + t / Panel.TOKENS * stride;
                for (int i = 0; i < blocks; i++) {
                    int n = Math.min(block, cols - (b + i) * block);
                    long at = xAt + (long) i * block * Panel.TOKENS * Float.BYTES;
                    long panel = sAt + PANEL + (long) i * block * ROWS * Float.BYTES;
                    long scale = sAt + SCALES + (long) i * ROWS * Float.BYTES;
                    long sum = sAt + SUMS + (long) t * ROWS * Float.BYTES;
                    for (int p = 0; p < TilePanel.PARTS; p++) {
                        PanelDot.tile(input, at, s, panel, n, sums, 0);
                        TilePanel.fold(sums, s, scale, sum);
                        panel += (long) n * Panel.ROWS * Float.BYTES;
                        scale += Panel.VECTORS * Lanes.B;
                        sum += Panel.VECTORS * Lanes.B;
                    }
                }
            }
        }
    }

    /** Tiles of [PANEL_COLS][Panel.TOKENS] of which n columns are filled. */
    private static void gather(
            MemorySegment x,
            int token,
            int tokens,
            int cols,
            MemorySegment order,
            int from,
            int n,
            MemorySegment s,
            long to) {
        for (int t = 0; t < Math.ceilDiv(tokens, Panel.TOKENS) * Panel.TOKENS; t++) {
            long tile = t / Panel.TOKENS * (long) PANEL_COLS * Panel.TOKENS;
            long row = (long) (token + Math.min(t, tokens - 1)) * cols;
            long at = to + (tile + t % Panel.TOKENS) * Float.BYTES;
            TileInputs.gather(x, row, order, from, n, s, at, (long) Panel.TOKENS * Float.BYTES);
        }
    }

    /** Byte of a column, the first of a block, in its tile. */
    private static long numbersAt(Tiled format, int col) {
        return format.code().inWords()
                ? (long) (col / format.block()) * format.wordsPerBlock() * ROWS * Integer.BYTES
                : (long) col * ROWS;
    }

    /** f32[blocks][ROWS] of scales, and of zeros if there are any: of some blocks of a tile. */
    private static void scales(
            Weight w, Tiled format, int tile, int block, int blocks, MemorySegment s, long sAt) {
        long first = ((long) tile * format.blocks(w.cols()) + block) * ROWS;
        int n = blocks * ROWS;
        switch (format.scaleType()) {
            case F32 ->
                    MemorySegment.copy(w.scales(), first * Float.BYTES, s, sAt + SCALES, n * 4L);
            case F16 -> {
                for (int i = 0; i < n; i++) {
                    float scale = HalfFloats.f16(w.scales().get(HALF, (first + i) * Short.BYTES));
                    s.set(JAVA_FLOAT, sAt + SCALES + i * 4L, scale);
                }
            }
            default -> widen(w.scales(), first * Short.BYTES, n, s, sAt + SCALES);
        }
        if (w.zeros().byteSize() != 0) {
            for (int i = 0; i < n; i += L) {
                TiledDot.widened(w.zeros(), first + i)
                        .intoMemorySegment(s, sAt + ZEROS + i * 4L, LE);
            }
        }
    }

    private static void widen(MemorySegment from, long at, int n, MemorySegment s, long to) {
        for (int i = 0; i < n; i += L) {
            ((IntVector)
                            ShortVector.fromMemorySegment(SHORTS, from, at + i * 2L, LE)
                                    .convertShape(VectorOperators.ZERO_EXTEND_S2I, I, 0))
                    .lanewise(VectorOperators.LSHL, 16)
                    .reinterpretAsFloats()
                    .intoMemorySegment(s, to + i * 4L, LE);
        }
    }

    private static void finish(
            MemorySegment s,
            long sums,
            MemorySegment bias,
            int from,
            int to,
            MemorySegment y,
            long row) {
        if (bias.byteSize() == 0) {
            MemorySegment.copy(s, sums, y, (row + from) * Float.BYTES, (to - from) * 4L);
            return;
        }
        for (int r = from; r < to; r++) {
            float sum = s.get(JAVA_FLOAT, sums + (r - from) * 4L);
            y.setAtIndex(JAVA_FLOAT, row + r, sum + bias.getAtIndex(JAVA_FLOAT, r));
        }
    }
}
