package apus.kernels.cpu.simd;

import static apus.kernels.cpu.simd.Inputs.BLOCK;
import static apus.kernels.cpu.simd.Inputs.TILE;
import static apus.kernels.cpu.simd.Lanes.B;
import static apus.kernels.cpu.simd.Lanes.L;
import static apus.kernels.cpu.simd.Lanes.LE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import apus.format.Block;
import apus.format.DType;
import apus.format.Fp8;
import apus.format.HalfFloats;
import apus.format.Mxfp4;
import apus.format.PairTiled;
import apus.format.Plain;
import apus.format.Tiled;
import apus.format.Weight;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Matrix products. Whatever the number of tokens, an output is summed in one order: L partial sums
 * over whole blocks of 2L columns, the partial sums by halves, then the columns left over one by
 * one, then the bias.
 */
final class Products {
    /** Floats of lane sums that the longest method writes. */
    private static final int SUMS = 16 * L;

    /** Rows of half precision widened together for tiles of tokens. */
    private static final int WIDENED = 16;

    private static final int ROWS = 8;
    private static final int TILE_ROWS = 4;

    // A tensor may begin at any byte of its file.
    private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(LE);
    private static final ValueLayout.OfShort B16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(LE);

    private Products() {}

    static DType type(Weight w) {
        return switch (w.format()) {
            case Plain(DType type) -> type;
            case Fp8 _, Block _, Mxfp4 _, Tiled _, PairTiled _ ->
                    throw new IllegalArgumentException(w.name() + " is not a plain weight");
        };
    }

    static long scratch(Weight w) {
        long few = SUMS + (type(w) == DType.F16 ? (long) WIDENED * w.cols() : 0);
        return Math.max(few, PanelProducts.scratch(w.cols()));
    }

    static void matmul(
            MemorySegment x,
            int tokens,
            Weight w,
            MemorySegment bias,
            int fromRow,
            int toRow,
            MemorySegment y,
            MemorySegment scratch,
            long scratchOffset) {
        if (Inputs.byClass(tokens)) {
            PanelProducts.matmul(x, tokens, w, bias, fromRow, toRow, y, scratch, scratchOffset);
            return;
        }
        int tiles = Inputs.tiles(tokens);
        if (tiles > 0) {
            if (type(w) == DType.F16) {
                widenedTiles(x, tokens, w, bias, fromRow, toRow, y, scratch, scratchOffset);
            } else {
                tiles(x, tokens, w, bias, fromRow, toRow, y, scratch, scratchOffset);
            }
        }
        if (tokens > tiles * TILE) {
            single(x, tokens - 1, w, bias, fromRow, toRow, y, scratch, scratchOffset);
        }
    }

    private static void single(
            MemorySegment x,
            int token,
            Weight w,
            MemorySegment bias,
            int fromRow,
            int toRow,
            MemorySegment y,
            MemorySegment scratch,
            long scratchOffset) {
        DType type = type(w);
        int cols = w.cols();
        int blocks = cols / BLOCK;
        long stride = (long) cols * type.bytes();
        long xAt = (long) token * cols * Float.BYTES;
        long sums = scratchOffset * Float.BYTES;
        for (int r = fromRow; r < toRow; r += ROWS) {
            int rows = Math.min(ROWS, toRow - r);
            long at = r * stride;
            switch (type) {
                case F32 -> F32Dot.rows8(w.data(), at, stride, rows, x, xAt, blocks, scratch, sums);
                case F16 -> F16Dot.rows8(w.data(), at, stride, rows, x, xAt, blocks, scratch, sums);
                case BF16 ->
                        Bf16Dot.rows8(w.data(), at, stride, rows, x, xAt, blocks, scratch, sums);
                case BOOL, U8, I8, F8_E4M3, F8_E5M2, I16, U16, I32, U32, I64, U64, F64 ->
                        throw new IllegalArgumentException("not a plain weight: " + type);
            }
            for (int i = 0; i < rows; i++) {
                float sum = Lanes.sum(scratch, sums + (long) i * B);
                finish(x, (long) (token + 1) * cols - cols % BLOCK, w, r + i, bias, sum, y, token);
            }
        }
    }

    private static void tiles(
            MemorySegment x,
            int tokens,
            Weight w,
            MemorySegment bias,
            int fromRow,
            int toRow,
            MemorySegment y,
            MemorySegment scratch,
            long scratchOffset) {
        DType type = type(w);
        int cols = w.cols();
        int blocks = cols / BLOCK;
        long stride = (long) cols * type.bytes();
        long sums = scratchOffset * Float.BYTES;
        for (int t = 0; t + 1 < tokens; t += TILE) {
            long xAt = (long) t * cols * Float.BYTES;
            for (int r = fromRow; r < toRow; r += TILE_ROWS) {
                int rows = Math.min(TILE_ROWS, toRow - r);
                long at = r * stride;
                if (type == DType.BF16) {
                    Bf16Dot.tile4(w.data(), at, stride, rows, x, xAt, blocks, scratch, sums);
                } else {
                    F32Dot.tile4(w.data(), at, stride, rows, x, xAt, blocks, scratch, sums);
                }
                finishTile(x, t, tokens, w, r, rows, bias, scratch, sums, y);
            }
        }
    }

    /** Half precision takes a dozen operations to widen: once for all tokens, into the cache. */
    private static void widenedTiles(
            MemorySegment x,
            int tokens,
            Weight w,
            MemorySegment bias,
            int fromRow,
            int toRow,
            MemorySegment y,
            MemorySegment scratch,
            long scratchOffset) {
        int cols = w.cols();
        int blocks = cols / BLOCK;
        long stride = (long) blocks * BLOCK * Float.BYTES;
        long sums = scratchOffset * Float.BYTES;
        long wide = sums + (long) SUMS * Float.BYTES;
        for (int from = fromRow; from < toRow; from += WIDENED) {
            int to = Math.min(toRow, from + WIDENED);
            F16Dot.widen(w.data(), from * (2L * cols), 2L * cols, to - from, blocks, scratch, wide);
            for (int t = 0; t + 1 < tokens; t += TILE) {
                long xAt = (long) t * cols * Float.BYTES;
                for (int r = from; r < to; r += TILE_ROWS) {
                    int rows = Math.min(TILE_ROWS, to - r);
                    long at = wide + (r - from) * stride;
                    F32Dot.tile4(scratch, at, stride, rows, x, xAt, blocks, scratch, sums);
                    finishTile(x, t, tokens, w, r, rows, bias, scratch, sums, y);
                }
            }
        }
    }

    private static void finishTile(
            MemorySegment x,
            int token,
            int tokens,
            Weight w,
            int row,
            int rows,
            MemorySegment bias,
            MemorySegment scratch,
            long sums,
            MemorySegment y) {
        int cols = w.cols();
        int tail = cols % BLOCK;
        int count = Math.min(TILE, tokens - token);
        long xTail = (long) token * cols + (long) TILE * (cols - tail);
        for (int i = 0; i < rows; i++) {
            for (int t = 0; t < count; t++) {
                float sum = Lanes.sum(scratch, sums + (i * TILE + t) * B);
                finish(x, xTail + (long) t * tail, w, row + i, bias, sum, y, token + t);
            }
        }
    }

    /** Adds the columns left over and the bias. */
    static void finish(
            MemorySegment x,
            long xTail,
            Weight w,
            int row,
            MemorySegment bias,
            float sum,
            MemorySegment y,
            int token) {
        int cols = w.cols();
        int tail = cols % BLOCK;
        float total = sum;
        for (int c = 0; c < tail; c++) {
            float weight = at(w, (long) row * cols + cols - tail + c);
            total = Math.fma(weight, x.getAtIndex(JAVA_FLOAT, xTail + c), total);
        }
        if (bias.byteSize() != 0) {
            total += bias.getAtIndex(JAVA_FLOAT, row);
        }
        y.setAtIndex(JAVA_FLOAT, (long) token * w.rows() + row, total);
    }

    /** One number of a weight. */
    static float at(Weight w, long i) {
        DType type = type(w);
        return switch (type) {
            case F32 -> w.data().get(F32, i * Float.BYTES);
            case F16 -> HalfFloats.f16(w.data().get(B16, i * Short.BYTES));
            case BF16 -> HalfFloats.bf16(w.data().get(B16, i * Short.BYTES));
            case BOOL, U8, I8, F8_E4M3, F8_E5M2, I16, U16, I32, U32, I64, U64, F64 ->
                    throw new IllegalArgumentException("not a plain weight: " + type);
        };
    }
}
