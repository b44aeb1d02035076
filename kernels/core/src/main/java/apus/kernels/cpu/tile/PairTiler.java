package apus.kernels.cpu.tile;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
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
        PairTiled format = new PairTiled(parts(type));
        long bytes = PairTiled.groups(w.rows()) * format.groupBytes(w.cols());
        return new Weight(w.name(), format, w.rows(), w.cols(), arena.allocate(bytes, 64));
    }

    private static int parts(DType type) {
        return switch (type) {
            case BF16 -> 1;
            case F16 -> 2;
            case F32 -> 3;
            case BOOL, U8, I8, F8_E4M3, F8_E5M2, I16, U16, I32, U32, I64, U64, F64 ->
                    throw new IllegalArgumentException("not a plain weight: " + type);
        };
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
            for (int c = 0; c < cols; c++) {
                long i = (long) r * cols + c;
                if (type == DType.BF16) {
                    // As it is, whatever it is.
                    data.set(JAVA_SHORT, format.at(r, c, 0, cols), w.data().get(B16, i * 2));
                    continue;
                }
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
}
