package apus.kernels.cpu.tile;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import apus.format.PairTiled;
import apus.format.Weight;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * Matrix products with {@link PairTiled} weights: cuts them into calls of {@link ProductCode}, and
 * looks beforehand that each stays within its segments, because the code does not.
 */
final class TileProducts implements AutoCloseable {
    private static final int ROWS = PairTiled.ROWS;
    private static final int BLOCK = PairInputs.BLOCK;

    /** Floats of scratch: what the code is told, and the sums of a block. */
    static final long SCRATCH = (ProductArgs.BYTES + (long) BLOCK * ROWS * Float.BYTES) / 4;

    private final int inputParts;

    /** [weight parts - 1][token tiles - 1] */
    private final Processor.Code[][] codes = new Processor.Code[PairTiled.MAX_PARTS][2];

    /**
     * @param inputParts bfloat16 parts that an input is split into, 1 to 3
     * @throws Host.Refused if code cannot be loaded
     */
    TileProducts(int inputParts, Processor processor) throws Host.Refused {
        this.inputParts = inputParts;
        try {
            for (int w = 1; w <= PairTiled.MAX_PARTS; w++) {
                for (int t = 1; t <= 2; t++) {
                    byte[] code = new ProductCode(inputParts, w, t).bytes();
                    codes[w - 1][t - 1] = processor.load(code);
                }
            }
        } catch (Host.Refused | RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /** See {@link apus.kernels.cpu.CpuKernels#matmul}; x as {@link PairInputs} lays it out. */
    void matmul(
            MemorySegment x,
            int tokens,
            Weight w,
            PairTiled format,
            MemorySegment bias,
            int fromRow,
            int toRow,
            MemorySegment y,
            MemorySegment scratch,
            long scratchOffset) {
        long args = scratchOffset * Float.BYTES;
        long sums = args + ProductArgs.BYTES;
        Objects.checkFromToIndex(fromRow, toRow, w.rows());
        Objects.checkFromToIndex(0, (long) tokens * w.rows() * Float.BYTES, y.byteSize());
        int whole = tokens / BLOCK;
        int left = tokens % BLOCK;
        for (int first = fromRow / ROWS * ROWS; first < toRow; first += ROWS) {
            if (first >= fromRow && first + ROWS <= toRow) {
                long out = (long) first * Float.BYTES;
                long stride = (long) w.rows() * Float.BYTES;
                if (whole > 0) {
                    call(x, 0, BLOCK, whole, w, format, first, y, out, stride, scratch, args);
                }
                if (left > 0) {
                    int token = whole * BLOCK;
                    long at = out + token * stride;
                    call(x, token, left, 1, w, format, first, y, at, stride, scratch, args);
                }
            } else {
                // Rows of others, or none, stand beside the wanted ones: their sums may not go out.
                long stride = (long) ROWS * Float.BYTES;
                int from = Math.max(first, fromRow);
                int to = Math.min(first + ROWS, toRow);
                for (int t = 0; t < tokens; t += BLOCK) {
                    int n = Math.min(BLOCK, tokens - t);
                    call(x, t, n, 1, w, format, first, scratch, sums, stride, scratch, args);
                    copy(scratch, sums - 4L * first, stride, from, to, y, t, n, w.rows());
                }
            }
        }
        if (bias.byteSize() != 0) {
            add(bias, fromRow, toRow, y, tokens, w.rows());
        }
    }

    /**
     * Some blocks of n tokens each, 32 where there are several, times the rows from {@code row} on.
     */
    private void call(
            MemorySegment x,
            int token,
            int n,
            int blocks,
            Weight w,
            PairTiled format,
            int row,
            MemorySegment out,
            long outAt,
            long outStride,
            MemorySegment scratch,
            long args) {
        int cols = w.cols();
        long tokenBytes = PairInputs.tokenBytes(inputParts, cols);
        long inputs = token * tokenBytes;
        long rows = row / ROWS * format.groupBytes(cols);
        int steps = PairTiled.steps(cols);
        long lastOut = outAt + ((long) n * blocks - 1) * outStride + ROWS * 4L;
        Objects.checkFromToIndex(inputs, inputs + (long) blocks * n * tokenBytes, x.byteSize());
        Objects.checkFromToIndex(rows, rows + format.groupBytes(cols), w.data().byteSize());
        Objects.checkFromToIndex(outAt, lastOut, out.byteSize());
        Objects.checkFromToIndex(args, args + ProductArgs.BYTES, scratch.byteSize());
        ProductArgs.shapes(scratch, args, n);
        ProductArgs.set(scratch, args, ProductArgs.INPUTS, inputs);
        ProductArgs.set(scratch, args, ProductArgs.INPUT_STEP, n * tokenBytes / steps);
        ProductArgs.set(scratch, args, ProductArgs.INPUT_BLOCK, n * tokenBytes);
        ProductArgs.set(scratch, args, ProductArgs.WEIGHTS, rows);
        ProductArgs.set(scratch, args, ProductArgs.STEPS, steps);
        ProductArgs.set(scratch, args, ProductArgs.OUT, outAt);
        ProductArgs.set(scratch, args, ProductArgs.OUT_ROW, outStride);
        ProductArgs.set(scratch, args, ProductArgs.OUT_TILE, TileShapes.ROWS * outStride);
        ProductArgs.set(scratch, args, ProductArgs.OUT_BLOCK, n * outStride);
        ProductArgs.set(scratch, args, ProductArgs.BLOCKS, blocks);
        Processor.Code code = codes[format.parts() - 1][n > TileShapes.ROWS ? 1 : 0];
        code.call(scratch, x, w.data(), out, args);
    }

    /** Rows from to to of a block's sums; the sums of a token begin at byte {@code at}. */
    private static void copy(
            MemorySegment sums,
            long at,
            long stride,
            int from,
            int to,
            MemorySegment y,
            int token,
            int tokens,
            int rows) {
        for (int t = 0; t < tokens; t++) {
            long target = (long) (token + t) * rows;
            for (int r = from; r < to; r++) {
                float sum = sums.get(JAVA_FLOAT, at + t * stride + r * 4L);
                y.setAtIndex(JAVA_FLOAT, target + r, sum);
            }
        }
    }

    private static void add(
            MemorySegment bias, int from, int to, MemorySegment y, int tokens, int rows) {
        for (int t = 0; t < tokens; t++) {
            long target = (long) t * rows;
            for (int r = from; r < to; r++) {
                float sum = y.getAtIndex(JAVA_FLOAT, target + r);
                y.setAtIndex(JAVA_FLOAT, target + r, sum + bias.getAtIndex(JAVA_FLOAT, r));
            }
        }
    }

    @Override
    public void close() {
        for (Processor.Code[] row : codes) {
            for (Processor.Code code : row) {
                if (code != null) {
                    code.close();
                }
            }
        }
    }
}
