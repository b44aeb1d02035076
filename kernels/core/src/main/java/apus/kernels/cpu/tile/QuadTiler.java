package apus.kernels.cpu.tile;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import apus.format.QuadTiled;
import apus.format.Tiled;
import apus.format.Tiled.Code;
import apus.format.Weight;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Turns {@link Tiled} integers into {@link QuadTiled} form where they stand. */
public final class QuadTiler {
    private static final int BLOCK = QuadTiled.BLOCK;
    private static final int PER_WORD = 8;
    private static final ValueLayout.OfInt WORD =
            JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private QuadTiler() {}

    /**
     * Turns one tile.
     *
     * @param w of a form that {@link QuadTiled#takes}
     */
    public static void turn(Weight w, int tile) {
        Tiled tiled = (Tiled) w.format();
        QuadTiled format = new QuadTiled(tiled.code(), tiled.tileRows());
        int bytes = format.blockBytes();
        byte[] before = new byte[bytes];
        byte[] after = new byte[bytes];
        long first = tile * tiled.tileBytes(w.cols());
        for (long at = first; at < first + tiled.tileBytes(w.cols()); at += bytes) {
            MemorySegment.copy(w.data(), JAVA_BYTE, at, before, 0, bytes);
            if (format.code() == Code.INT4) {
                fours(format, MemorySegment.ofArray(before), after);
            } else {
                bytes(format, before, after);
            }
            MemorySegment.copy(after, 0, w.data(), JAVA_BYTE, at, bytes);
        }
    }

    private static void bytes(QuadTiled format, byte[] before, byte[] after) {
        int rows = format.tileRows();
        for (int i = 0; i < BLOCK; i++) {
            for (int r = 0; r < rows; r++) {
                after[format.within(r, i)] = before[i * rows + r];
            }
        }
    }

    /** From words of eight columns each, in two's complement. */
    private static void fours(QuadTiled format, MemorySegment before, byte[] after) {
        int rows = format.tileRows();
        int half = BLOCK / 2;
        for (int i = 0; i < half; i++) {
            for (int r = 0; r < rows; r++) {
                int low = number(before, rows, r, i);
                int high = number(before, rows, r, i + half);
                after[format.within(r, i)] = (byte) (low | high << 4);
            }
        }
    }

    /** Flipping the highest bit adds 8 to a number of four bits with a sign. */
    private static int number(MemorySegment words, int rows, int row, int col) {
        int word = words.get(WORD, ((long) col / PER_WORD * rows + row) * Integer.BYTES);
        return ((word >> (col % PER_WORD * 4)) & 15) ^ QuadTiled.OFFSET;
    }
}
