package apus.kernels.cpu.tile;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import apus.format.QuadTiled;
import apus.format.Tiled.Code;
import apus.format.Weight;
import apus.kernels.cpu.CpuKernels;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * Matrix products with {@link QuadTiled} weights: whole sums of some blocks on tiles, then their
 * scales, and so on. The order in which an output is summed is that of the blocks, whatever the
 * tokens.
 */
final class QuadProducts implements AutoCloseable {
    /** Blocks whose sums wait for their scales: in the second-level cache. */
    private static final int CHUNK = 16;

    private static final int LINE = 64;
    private static final int ROWS = QuadTiled.ROWS;
    private static final int GROUP = QuadInputs.GROUP;

    private final int digits;
    private final int tileRows;
    private final SumScaler scaler;
    private final Processor.Code bytes;
    private final Processor.Code fours;

    /**
     * @param rest gives the rows of tiles, and scales if it can
     * @throws Host.Refused if code cannot be loaded
     */
    QuadProducts(int digits, Processor processor, CpuKernels rest) throws Host.Refused {
        this.digits = digits;
        this.tileRows = Math.max(ROWS, rest.tileRows());
        this.scaler = rest instanceof SumScaler faster ? faster : new PlainScaler();
        this.bytes = processor.load(new QuadCode(Code.INT8, digits, tileRows).bytes());
        try {
            this.fours = processor.load(new QuadCode(Code.INT4, digits, tileRows).bytes());
        } catch (Host.Refused | RuntimeException | Error e) {
            bytes.close();
            throw e;
        }
    }

    /**
     * Floats: what the code is told, the sums of a chunk, the outputs of a group, and a place where
     * numbers of four bits become bytes, moved to the beginning of a cache line.
     */
    long scratch(QuadTiled format) {
        long widened = format.code() == Code.INT4 ? QuadArgs.WIDENED_BYTES + LINE : 0;
        return (sumsBytes() + QuadArgs.BYTES + widened) / Float.BYTES
                + (long) GROUP * format.tileRows();
    }

    private long sumsBytes() {
        return (long) CHUNK * tileRows * digits * GROUP * Integer.BYTES;
    }

    /** See {@link apus.kernels.cpu.CpuKernels#matmul}; x as {@link QuadInputs} lays it out. */
    void matmul(
            MemorySegment x,
            int tokens,
            Weight w,
            QuadTiled format,
            MemorySegment bias,
            int fromRow,
            int toRow,
            MemorySegment y,
            MemorySegment scratch,
            long scratchOffset) {
        if (format.tileRows() != tileRows) {
            throw new IllegalArgumentException("tiles of " + format.tileRows() + " rows");
        }
        Objects.checkFromToIndex(fromRow, toRow, w.rows());
        long args = scratchOffset * Float.BYTES;
        long sums = args + QuadArgs.BYTES;
        long out = sums + sumsBytes();
        for (int tile = fromRow / tileRows; tile * tileRows < toRow; tile++) {
            int from = Math.max(fromRow, tile * tileRows);
            int to = Math.min(toRow, (tile + 1) * tileRows);
            for (int t = 0; t < tokens; t += GROUP) {
                int n = Math.min(GROUP, tokens - t);
                for (long i = 0; i < (long) n * tileRows; i++) {
                    scratch.set(JAVA_FLOAT, out + i * 4, 0);
                }
                blocks(x, tokens, t, n, w, format, tile, scratch, args, sums, out);
                copy(scratch, out, tile * tileRows, from, to, bias, y, t, n, w.rows());
            }
        }
    }

    /** All blocks of a tile of rows and a group of n tokens. */
    private void blocks(
            MemorySegment x,
            int tokens,
            int token,
            int n,
            Weight w,
            QuadTiled format,
            int tile,
            MemorySegment scratch,
            long args,
            long sums,
            long out) {
        int cols = w.cols();
        int all = cols / QuadTiled.BLOCK;
        long digitBytes = (long) n * ROWS * Integer.BYTES;
        long blockBytes = (long) n * digits * QuadTiled.BLOCK;
        if (format.code() == Code.INT4) {
            constants(scratch, args, out + (long) GROUP * tileRows * Float.BYTES);
        }
        for (int b = 0; b < all; b += CHUNK) {
            int count = Math.min(CHUNK, all - b);
            long inputs = QuadInputs.digitsAt(digits, token, cols) + b * blockBytes;
            long weights = ((long) tile * all + b) * format.blockBytes();
            call(x, inputs, n, w, format, weights, count, scratch, args, sums);
            long weightScales = ((long) tile * all + b) * tileRows * Short.BYTES;
            for (int t = 0; t < n; t++) {
                scaler.scale(
                        digits,
                        count,
                        tileRows,
                        scratch,
                        sums + (long) t * ROWS * Integer.BYTES,
                        digitBytes,
                        out + (long) t * tileRows * Float.BYTES,
                        w.scales(),
                        weightScales,
                        x,
                        QuadInputs.scalesAt(digits, tokens, token + t, cols) + b);
            }
        }
    }

    /** What the code for numbers of four bits needs beside its arguments. */
    private static void constants(MemorySegment scratch, long args, long behind) {
        long widened = behind + (-(scratch.address() + behind) & (LINE - 1));
        long end = widened + QuadArgs.WIDENED_BYTES;
        Objects.checkFromToIndex(widened, end, scratch.byteSize());
        QuadArgs.set(scratch, args, QuadArgs.WIDENED, widened - args);
        QuadArgs.constants(scratch, args);
    }

    /** The sums of some blocks. */
    private void call(
            MemorySegment x,
            long inputs,
            int n,
            Weight w,
            QuadTiled format,
            long weights,
            int count,
            MemorySegment scratch,
            long args,
            long sums) {
        long digitBytes = (long) n * ROWS * Integer.BYTES;
        long blockBytes = (long) n * digits * QuadTiled.BLOCK;
        long weightBytes = (long) count * format.blockBytes();
        long sumBytes = (long) count * (tileRows / ROWS) * digits * digitBytes;
        Objects.checkFromToIndex(inputs, inputs + count * blockBytes, x.byteSize());
        Objects.checkFromToIndex(weights, weights + weightBytes, w.data().byteSize());
        Objects.checkFromToIndex(sums, sums + sumBytes, scratch.byteSize());
        Objects.checkFromToIndex(args, args + QuadArgs.BYTES, scratch.byteSize());
        QuadArgs.shapes(scratch, args, digits, n);
        QuadArgs.set(scratch, args, QuadArgs.INPUTS, inputs);
        QuadArgs.set(scratch, args, QuadArgs.INPUT_BLOCK, blockBytes);
        QuadArgs.set(scratch, args, QuadArgs.WEIGHTS, weights);
        QuadArgs.set(scratch, args, QuadArgs.SUMS, sums);
        QuadArgs.set(scratch, args, QuadArgs.SUMS_DIGIT, digitBytes);
        QuadArgs.set(scratch, args, QuadArgs.BLOCKS, count);
        Processor.Code code = format.code() == Code.INT4 ? fours : bytes;
        code.call(scratch, x, w.data(), scratch, args);
    }

    private void copy(
            MemorySegment scratch,
            long out,
            int first,
            int from,
            int to,
            MemorySegment bias,
            MemorySegment y,
            int token,
            int n,
            int rows) {
        boolean biased = bias.byteSize() != 0;
        for (int t = 0; t < n; t++) {
            long at = out + ((long) t * tileRows - first) * Float.BYTES;
            for (int r = from; r < to; r++) {
                float sum = scratch.get(JAVA_FLOAT, at + r * 4L);
                sum = biased ? sum + bias.getAtIndex(JAVA_FLOAT, r) : sum;
                y.setAtIndex(JAVA_FLOAT, (long) (token + t) * rows + r, sum);
            }
        }
    }

    @Override
    public void close() {
        bytes.close();
        fours.close();
    }
}
