package apus.kernels.cpu.tile;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import apus.format.DType;
import apus.format.HalfFloats;
import apus.format.PairTiled;
import apus.format.Weight;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Lays plain matrices out in {@link PairTiled} form, group of rows by group of rows. */
public final class PairTiler {
    private static final ValueLayout.OfFloat F32 =
            JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt I32 =
            JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort B16 =
            JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private PairTiler() {}

    /**
     * A matrix still without numbers, to be filled by {@link #fill}.
     *
     * @param w what it will hold
     * @param type of the numbers of w
     * @param arena owns the result
     */
    public static Weight empty(Weight w, DType type, Arena arena) {
        PairTiled format = PairTiled.of(type);
        long bytes = PairTiled.groups(w.rows()) * format.groupBytes(w.cols());
        return new Weight(w.name(), format, w.rows(), w.cols(), arena.allocate(bytes, 64));
    }

    /**
     * Fills one group of rows, as many as {@link PairTiled#groups} counts.
     *
     * @param w plain
     * @param out as {@link #empty} made it for w
     */
    public static void fill(Weight w, DType type, Weight out, int group) {
        PairTiled format = (PairTiled) out.format();
        int cols = w.cols();
        int first = group * PairTiled.ROWS;
        MemorySegment data = out.data();
        for (int r = first; r < Math.min(w.rows(), first + PairTiled.ROWS); r++) {
            if (type == DType.BF16) {
                copy(w, r, out, format.at(r, 0, 0, cols));
                continue;
            }
            for (int c = 0; c < cols; c++) {
                long i = (long) r * cols + c;
                float rest =
                        type == DType.F32
                                ? w.data().get(F32, i * 4)
                                : HalfFloats.f16(w.data().get(B16, i * 2));
                for (int p = 0; p < format.parts(); p++) {
                    short part = Parts.first(rest);
                    data.set(JAVA_SHORT, format.at(r, c, p, cols), part);
                    rest = Parts.rest(rest, part);
                }
            }
        }
    }

    /** A row of bfloat16 as it is, pair by pair: loading a model waits for this. */
    private static void copy(Weight w, int row, Weight out, long first) {
        int cols = w.cols();
        long from = (long) row * cols * Short.BYTES;
        for (int c = 0; c < cols; c += 2) {
            long to = first + (long) (c / PairTiled.COLS) * PairTiled.PART_BYTES;
            to += (long) (c % PairTiled.COLS / 2) * PairTiled.TILE_ROWS * Integer.BYTES;
            long at = from + (long) c * Short.BYTES;
            if (c + 1 < cols) {
                out.data().set(I32, to, w.data().get(I32, at));
            } else {
                out.data().set(B16, to, w.data().get(B16, at));
            }
        }
    }
}
