package apus.kernels.cpu;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import apus.format.Block;
import apus.format.Tiled;
import apus.format.Tiled.Code;
import apus.format.Weight;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Lays matrices of {@link Block} form out in tiles of rows, tile by tile on all workers. The
 * numbers stay, 8 less each, and their zeros with them: four bits with a sign are what kernels
 * widen most cheaply.
 */
final class BlockTiler {
    private static final int PER_WORD = 8;

    /** Flips the highest bit of each number: n becomes n - 8 in two's complement. */
    private static final int LESS_8 = 0x88888888;

    private static final ValueLayout.OfInt I32 =
            JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort I16 =
            JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final int tileRows;
    private final Workers workers;
    private final Arena arena;

    // The matrix under way.
    private Weight from;
    private Weight to;
    private final Workers.Body pack = this::pack;

    /**
     * @param arena owns what is made
     */
    BlockTiler(int tileRows, Workers workers, Arena arena) {
        this.tileRows = tileRows;
        this.workers = workers;
        this.arena = arena;
    }

    /** Whether a tiled form exists: blocks must consist of whole words of numbers. */
    static boolean takes(Block format) {
        return tileBlock(format.size()) > 0;
    }

    /** Columns of a block of a tile: all of a block's, or a part of it that repeats its scale. */
    private static int tileBlock(int size) {
        for (int n = Math.min(size, Tiled.MAX_BLOCK) / PER_WORD * PER_WORD; n > 0; n -= PER_WORD) {
            if (size % n == 0) {
                return n;
            }
        }
        return 0;
    }

    /**
     * The same matrix in tiles.
     *
     * @param w of a format that is taken; not needed afterwards
     */
    Weight tile(Weight w) {
        Block block = (Block) w.format();
        Tiled format = new Tiled(Code.INT4, tileRows, tileBlock(block.size()), block.scaleType());
        long blocks = (long) format.tiles(w.rows()) * format.blocks(w.cols()) * tileRows;
        MemorySegment order = MemorySegment.NULL;
        if (block.ordered()) {
            order = arena.allocate(w.order().byteSize(), 64).copyFrom(w.order());
        }
        from = w;
        to =
                new Weight(
                        w.name(),
                        format,
                        w.rows(),
                        w.cols(),
                        arena.allocate(
                                format.tiles(w.rows()) * format.tileBytes(w.cols()) + Tiled.SLACK,
                                64),
                        arena.allocate(blocks * Short.BYTES + Tiled.SLACK, 64),
                        arena.allocate(blocks + Tiled.SLACK, 64),
                        order);
        workers.run(pack);
        return to;
    }

    private void pack(int worker, int of) {
        Tiled format = (Tiled) to.format();
        int tiles = format.tiles(from.rows());
        for (int tile = workers.claim(); tile < tiles; tile = workers.claim()) {
            int first = tile * tileRows;
            int rows = Math.min(tileRows, from.rows() - first);
            numbers(tile, first, rows);
            groups(format, first, rows);
        }
    }

    private void numbers(int tile, int first, int rows) {
        int words = from.cols() / PER_WORD;
        long at = tile * ((Tiled) to.format()).tileBytes(from.cols());
        for (int w = 0; w < words; w++) {
            for (int r = 0; r < rows; r++) {
                int word = from.data().get(I32, ((long) (first + r) * words + w) * 4);
                to.data().set(I32, at + ((long) w * tileRows + r) * 4, word ^ LESS_8);
            }
        }
    }

    private void groups(Tiled format, int first, int rows) {
        int size = ((Block) from.format()).size();
        int across = from.cols() / size;
        for (int c = 0; c < from.cols(); c += format.block()) {
            for (int r = 0; r < rows; r++) {
                long source = (long) (first + r) * across + c / size;
                long target = format.blockAt(first + r, c, from.cols());
                int zero = from.zeros().get(JAVA_BYTE, source) & 0xff;
                to.zeros().set(JAVA_BYTE, target, (byte) (zero - 8));
                to.scales().set(I16, target * 2, from.scales().get(I16, source * 2));
            }
        }
    }
}
