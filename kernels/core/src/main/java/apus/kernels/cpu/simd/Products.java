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
import apus.format.QuadTiled;
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
    /** Rows of half precision widened together for tiles of tokens. */
    private static final int WIDENED = 16;

    private static final int STREAMS = 8;

    /** Rows of one token's product whose lanes are added together; whole vectors of sums. */
    static final int SINGLE_ROWS = 64;

    /** Floats of lane sums that the longest method writes. */
    private static final int SUMS = SINGLE_ROWS * L;

    private static final int TILE_ROWS = 4;

    // A tensor may begin at any byte of its file.
    private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(LE);
    private static final ValueLayout.OfShort B16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(LE);

    private Products() {}

    static DType type(Weight w) {
        return switch (w.format()) {
            case Plain(DType type) -> type;
            case Fp8 _, Block _, Mxfp4 _, Tiled _, PairTiled _, QuadTiled _ ->
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
        long sums = scratchOffset * Float.BYTES;
        for (int r = fromRow; r < toRow; r += SINGLE_ROWS) {
            int rows = Math.min(SINGLE_ROWS, toRow - r);
            int whole = rows / STREAMS * STREAMS;
            if (whole > 0) {
                streams(x, token, w, r, whole / STREAMS, scratch, sums);
            }
            if (whole < rows) {
                rows8(x, token, w, r + whole, rows - whole, scratch, sums + whole * B);
            }
            RowSums.reduce(scratch, sums, (rows + L - 1) / L * L);
            finishRows(x, token, w, r, rows, bias, scratch, sums, y);
        }
    }

    /**
     * Lane sums of {@code 8 * count} rows. Half precision, bound by its widening and not by memory,
     * takes neighbouring rows.
     */
    private static void streams(
            MemorySegment x,
            int token,
            Weight w,
            int fromRow,
            int count,
            MemorySegment sums,
            long sumsAt) {
        DType type = type(w);
        MemorySegment data = w.data();
        int blocks = w.cols() / BLOCK;
        long row = (long) w.cols() * type.bytes();
        long at = fromRow * row;
        long xAt = (long) token * w.cols() * Float.BYTES;
        switch (type) {
            case F32 -> F32Dot.streams8(data, at, row, count, x, xAt, blocks, sums, sumsAt);
            case BF16 -> Bf16Dot.streams8(data, at, row, count, x, xAt, blocks, sums, sumsAt);
            case F16 -> {
                for (int r = 0; r < count * STREAMS; r += STREAMS) {
                    rows8(x, token, w, fromRow + r, STREAMS, sums, sumsAt + r * B);
                }
            }
            case BOOL, U8, I8, F8_E4M3, F8_E5M2, I16, U16, I32, U32, I64, U64, F64 ->
                    throw new IllegalArgumentException("not a plain weight: " + type);
        }
    }

    /** Lane sums of at most 8 rows. */
    private static void rows8(
            MemorySegment x,
            int token,
            Weight w,
            int fromRow,
            int rows,
            MemorySegment sums,
            long sumsAt) {
        DType type = type(w);
        MemorySegment data = w.data();
        int blocks = w.cols() / BLOCK;
        long row = (long) w.cols() * type.bytes();
        long at = fromRow * row;
        long xAt = (long) token * w.cols() * Float.BYTES;
        switch (type) {
            case F32 -> F32Dot.rows8(data, at, row, rows, x, xAt, blocks, sums, sumsAt);
            case F16 -> F16Dot.rows8(data, at, row, rows, x, xAt, blocks, sums, sumsAt);
            case BF16 -> Bf16Dot.rows8(data, at, row, rows, x, xAt, blocks, sums, sumsAt);
            case BOOL, U8, I8, F8_E4M3, F8_E5M2, I16, U16, I32, U32, I64, U64, F64 ->
                    throw new IllegalArgumentException("not a plain weight: " + type);
        }
    }

    private static void finishRows(
            MemorySegment x,
            int token,
            Weight w,
            int fromRow,
            int rows,
            MemorySegment bias,
            MemorySegment scratch,
            long sums,
            MemorySegment y) {
        int tail = w.cols() % BLOCK;
        if (tail == 0 && bias.byteSize() == 0) {
            long to = ((long) token * w.rows() + fromRow) * Float.BYTES;
            MemorySegment.copy(scratch, sums, y, to, (long) rows * Float.BYTES);
            return;
        }
        long xTail = (long) (token + 1) * w.cols() - tail;
        for (int i = 0; i < rows; i++) {
            float sum = scratch.get(JAVA_FLOAT, sums + (long) i * Float.BYTES);
            finish(x, xTail, w, fromRow + i, bias, sum, y, token);
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
