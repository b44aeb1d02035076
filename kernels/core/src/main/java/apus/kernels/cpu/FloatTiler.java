package apus.kernels.cpu;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import apus.format.DType;
import apus.format.Fp8;
import apus.format.Mxfp4;
import apus.format.SmallFloats;
import apus.format.Tiled;
import apus.format.Tiled.Code;
import apus.format.Weight;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Lays matrices of {@link Fp8} and {@link Mxfp4} form out in tiles of rows, tile by tile on all
 * workers. The numbers stay, and so do the values of the scales: a power of two is a bfloat16.
 */
final class FloatTiler {
    private static final int PER_WORD = 8;

    /** Columns of shorter blocks would cost more in scales than tiles save. */
    private static final int MIN_BLOCK = 8;

    /** Columns that are turned together: with the rows of a tile, in the first-level cache. */
    private static final int CHUNK = 64;

    private static final ValueLayout.OfInt I32 =
            JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort I16 =
            JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat F32 =
            JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final int tileRows;
    private final Workers workers;
    private final Arena arena;
    private final AtomicBoolean noNumber = new AtomicBoolean();

    // The matrix under way.
    private Weight from;
    private Weight to;
    private final Workers.Body pack = this::pack;

    /**
     * @param arena owns what is made
     */
    FloatTiler(int tileRows, Workers workers, Arena arena) {
        this.tileRows = tileRows;
        this.workers = workers;
        this.arena = arena;
    }

    /** Whether a tiled form exists: blocks of columns must not be too short. */
    static boolean takes(Fp8 format, int cols) {
        return tileBlock(format, cols) > 0;
    }

    /** Columns of a block of a tile: all that share a scale, or a part that repeats it. */
    private static int tileBlock(Fp8 format, int cols) {
        if (format.tileCols() >= cols) {
            return Math.min(Tiled.MAX_BLOCK, Math.max(MIN_BLOCK, cols));
        }
        for (int n = Math.min(format.tileCols(), Tiled.MAX_BLOCK); n >= MIN_BLOCK; n--) {
            if (format.tileCols() % n == 0) {
                return n;
            }
        }
        return 0;
    }

    /**
     * The same matrix in tiles; none if it holds an E4M3 that is no number, which kernels for tiles
     * do not tell apart from 480.
     *
     * @param w of a form that is taken; not needed afterwards
     */
    Optional<Weight> tile(Weight w, Fp8 fp8) {
        int block = tileBlock(fp8, w.cols());
        return tile(w, new Tiled(Code.E4M3, tileRows, block, DType.F32));
    }

    /** The same matrix in tiles. */
    Weight tile(Weight w, Mxfp4 mxfp4) {
        return tile(w, new Tiled(Code.E2M1, tileRows, Mxfp4.SIZE, DType.BF16)).orElseThrow();
    }

    private Optional<Weight> tile(Weight w, Tiled format) {
        long blocks = (long) format.tiles(w.rows()) * format.blocks(w.cols()) * tileRows;
        long bytes = format.tiles(w.rows()) * format.tileBytes(w.cols());
        int size = format.scaleType().bytes();
        from = w;
        to =
                new Weight(
                        w.name(),
                        format,
                        w.rows(),
                        w.cols(),
                        arena.allocate(bytes + Tiled.SLACK, 64),
                        arena.allocate(blocks * size + Tiled.SLACK, 64),
                        MemorySegment.NULL,
                        MemorySegment.NULL);
        noNumber.set(false);
        workers.run(pack);
        return noNumber.get() ? Optional.empty() : Optional.of(to);
    }

    private void pack(int worker, int of) {
        Tiled format = (Tiled) to.format();
        int tiles = format.tiles(from.rows());
        for (int tile = workers.claim(); tile < tiles; tile = workers.claim()) {
            int first = tile * tileRows;
            int rows = Math.min(tileRows, from.rows() - first);
            long at = tile * format.tileBytes(from.cols());
            if (from.format() instanceof Fp8 fp8) {
                bytes(at, first, rows);
                floatScales(format, fp8, first, rows);
            } else {
                words(at, first, rows);
                powers(format, first, rows);
            }
        }
    }

    private void bytes(long at, int first, int rows) {
        int cols = from.cols();
        boolean bad = false;
        for (int c = 0; c < cols; c += CHUNK) {
            int end = Math.min(cols, c + CHUNK);
            for (int r = 0; r < rows; r++) {
                long row = (long) (first + r) * cols;
                for (int i = c; i < end; i++) {
                    byte number = from.data().get(JAVA_BYTE, row + i);
                    bad |= (number & 0x7F) == 0x7F;
                    to.data().set(JAVA_BYTE, at + (long) i * tileRows + r, number);
                }
            }
        }
        if (bad) {
            noNumber.set(true);
        }
    }

    private void floatScales(Tiled format, Fp8 fp8, int first, int rows) {
        int cols = from.cols();
        for (int c = 0; c < cols; c += format.block()) {
            for (int r = first; r < first + rows; r++) {
                long tile =
                        (long) (r / fp8.tileRows()) * fp8.tilesAcross(cols) + c / fp8.tileCols();
                float scale = from.scales().get(F32, tile * Float.BYTES);
                to.scales().set(F32, format.blockAt(r, c, cols) * Float.BYTES, scale);
            }
        }
    }

    private void words(long at, int first, int rows) {
        int words = from.cols() / PER_WORD;
        for (int w = 0; w < words; w++) {
            for (int r = 0; r < rows; r++) {
                int word = from.data().get(I32, ((long) (first + r) * words + w) * Integer.BYTES);
                to.data().set(I32, at + ((long) w * tileRows + r) * Integer.BYTES, word);
            }
        }
    }

    private void powers(Tiled format, int first, int rows) {
        int across = from.cols() / Mxfp4.SIZE;
        for (int b = 0; b < across; b++) {
            for (int r = first; r < first + rows; r++) {
                float power = SmallFloats.e8m0(from.scales().get(JAVA_BYTE, (long) r * across + b));
                short bits = (short) (Float.floatToRawIntBits(power) >>> 16);
                long block = format.blockAt(r, b * Mxfp4.SIZE, from.cols());
                to.scales().set(I16, block * Short.BYTES, bits);
            }
        }
    }
}
