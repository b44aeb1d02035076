package apus.kernels.cpu;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import apus.format.DType;
import apus.format.HalfFloats;
import apus.format.ModelFormatException;
import apus.format.Plain;
import apus.format.Tiled;
import apus.format.Tiled.Code;
import apus.format.Weight;
import apus.kernels.BlockQuantizer;
import apus.kernels.Quantization;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Quantises plain matrices into tiles, tile by tile on all workers: beside the result it needs the
 * numbers of one block of a tile per worker. Sums up the error that this makes.
 */
final class Quantizer {
    private static final int BLOCK = Quantization.BLOCK;
    private static final int PER_WORD = 8;

    // A tensor may begin at any byte of its file.
    private static final ValueLayout.OfFloat F32 =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort B16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt LE32 = JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort LE16 = JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Tiled format;
    private final Workers workers;
    private final Arena arena;
    private final Share[] shares;

    // The matrix under way.
    private Weight from;
    private Weight to;
    private final Workers.Body pack = this::pack;

    /**
     * @param tileRows rows of a tile, as the kernels want them
     * @param arena owns what is made
     */
    Quantizer(Code code, int tileRows, Workers workers, Arena arena) {
        this.format = new Tiled(code, tileRows, BLOCK, DType.BF16);
        this.workers = workers;
        this.arena = arena;
        this.shares = new Share[workers.count()];
        for (int i = 0; i < shares.length; i++) {
            shares[i] = new Share();
        }
    }

    /**
     * The same matrix, quantised.
     *
     * @param w plain
     * @throws ModelFormatException if a number is infinite or none
     */
    Weight quantize(Weight w) {
        from = w;
        long blocks = (long) format.tiles(w.rows()) * format.blocks(w.cols()) * format.tileRows();
        long bytes = format.tiles(w.rows()) * format.tileBytes(w.cols());
        to =
                new Weight(
                        w.name(),
                        format,
                        w.rows(),
                        w.cols(),
                        arena.allocate(bytes + Tiled.SLACK, 64),
                        arena.allocate(blocks * Short.BYTES + Tiled.SLACK, 64),
                        MemorySegment.NULL,
                        MemorySegment.NULL);
        workers.run(pack);
        return to;
    }

    /**
     * Root of sum (w - quantised w)^2 / sum w^2 over all that has been quantised; 0 before anything
     * has.
     */
    double relativeError() {
        double error = 0;
        double squares = 0;
        for (Share share : shares) {
            error += share.blocks.error();
            squares += share.blocks.squares();
        }
        return squares == 0 ? 0 : Math.sqrt(error / squares);
    }

    private void pack(int worker, int of) {
        int tiles = format.tiles(from.rows());
        for (int tile = workers.claim(); tile < tiles; tile = workers.claim()) {
            for (int b = 0; b < format.blocks(from.cols()); b++) {
                shares[worker].block(tile, b);
            }
        }
    }

    /** What one worker needs. */
    private final class Share {
        private final BlockQuantizer blocks = new BlockQuantizer(BLOCK);
        private final float[] w = new float[BLOCK];
        private final byte[] bytes = new byte[BLOCK * format.tileRows()];
        private final int[] words = new int[BLOCK / PER_WORD * format.tileRows()];
        private final short[] scales = new short[format.tileRows()];

        /** One block of columns of all rows of a tile. */
        void block(int tile, int b) {
            int first = tile * format.tileRows();
            int rows = Math.min(format.tileRows(), from.rows() - first);
            int col = b * BLOCK;
            int cols = Math.min(BLOCK, from.cols() - col);
            if (rows < format.tileRows()) {
                Arrays.fill(bytes, (byte) 0);
                Arrays.fill(words, 0);
                Arrays.fill(scales, (short) 0);
            }
            for (int r = 0; r < rows; r++) {
                read((long) (first + r) * from.cols() + col, cols);
                if (!blocks.quantize(format.code(), w, cols)) {
                    throw new ModelFormatException(
                            from.name()
                                    + ": row "
                                    + (first + r)
                                    + " holds a number that is infinite or none near column "
                                    + col
                                    + "; such a matrix cannot be quantised");
                }
                scales[r] = (short) (Float.floatToRawIntBits(blocks.scale()) >>> 16);
                switch (format.code()) {
                    case INT8 -> putBytes(r, cols);
                    case INT4 -> putWords(r, cols);
                    case E4M3, E2M1 -> throw notInteger();
                }
            }
            long at = tile * format.tileBytes(from.cols());
            switch (format.code()) {
                case INT8 ->
                        MemorySegment.copy(
                                bytes,
                                0,
                                to.data(),
                                JAVA_BYTE,
                                at + (long) col * format.tileRows(),
                                cols * format.tileRows());
                case INT4 ->
                        MemorySegment.copy(
                                words,
                                0,
                                to.data(),
                                LE32,
                                at + b * 4L * words.length,
                                words.length);
                case E4M3, E2M1 -> throw notInteger();
            }
            long scale = format.blockAt(first, col, from.cols()) * Short.BYTES;
            MemorySegment.copy(scales, 0, to.scales(), LE16, scale, scales.length);
        }

        private IllegalArgumentException notInteger() {
            return new IllegalArgumentException("quantised to integers, not " + format.code());
        }

        private void read(long at, int n) {
            DType type = ((Plain) from.format()).type();
            switch (type) {
                case F32 -> {
                    for (int i = 0; i < n; i++) {
                        w[i] = from.data().get(F32, (at + i) * Float.BYTES);
                    }
                }
                case F16 -> {
                    for (int i = 0; i < n; i++) {
                        w[i] = HalfFloats.f16(from.data().get(B16, (at + i) * Short.BYTES));
                    }
                }
                case BF16 -> {
                    for (int i = 0; i < n; i++) {
                        w[i] = HalfFloats.bf16(from.data().get(B16, (at + i) * Short.BYTES));
                    }
                }
                case BOOL, U8, I8, F8_E4M3, F8_E5M2, I16, U16, I32, U32, I64, U64, F64 ->
                        throw new IllegalArgumentException("not a plain weight: " + type);
            }
        }

        private void putBytes(int row, int cols) {
            byte[] numbers = blocks.numbers();
            for (int i = 0; i < cols; i++) {
                bytes[i * format.tileRows() + row] = numbers[i];
            }
        }

        private void putWords(int row, int cols) {
            byte[] numbers = blocks.numbers();
            for (int i = 0; i < BLOCK; i += PER_WORD) {
                int word = 0;
                for (int j = 0; j < Math.min(PER_WORD, cols - i); j++) {
                    word |= (numbers[i + j] & 15) << (4 * j);
                }
                words[i / PER_WORD * format.tileRows() + row] = word;
            }
        }
    }
}
