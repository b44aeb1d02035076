package apus.kernels.cpu.tile;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import apus.format.QuadTiled;
import apus.format.Tiled;
import apus.format.Weight;
import java.lang.foreign.MemorySegment;

/** Turns {@link Tiled} bytes into {@link QuadTiled} form where they stand. */
public final class QuadTiler {
    private static final int BLOCK = QuadTiled.BLOCK;

    private QuadTiler() {}

    /**
     * Turns one tile.
     *
     * @param w of a form that {@link QuadTiled#takes}
     */
    public static void turn(Weight w, int tile) {
        int rows = ((Tiled) w.format()).tileRows();
        byte[] block = new byte[BLOCK * rows];
        long first = (long) tile * w.cols() * rows;
        for (int c = 0; c < w.cols(); c += BLOCK) {
            long at = first + (long) c * rows;
            MemorySegment.copy(w.data(), JAVA_BYTE, at, block, 0, block.length);
            for (int i = 0; i < BLOCK; i++) {
                for (int r = 0; r < rows; r++) {
                    w.data().set(JAVA_BYTE, at + QuadTiled.within(r, i), block[i * rows + r]);
                }
            }
        }
    }
}
