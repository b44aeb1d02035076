package apus.format.checkpoint;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import apus.format.Block;
import apus.format.DType;
import apus.format.Weight;
import apus.format.spec.WeightRef;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A matrix in {@link Block} form, filled number by number. */
final class Blocks {
    private final WeightRef ref;
    private final Block format;
    private final int groups;
    private final MemorySegment data;
    private final MemorySegment scales;
    private final MemorySegment zeros;
    private final MemorySegment order;

    /**
     * @param order input of each column; empty where they are the same
     */
    Blocks(WeightRef ref, int size, DType scaleType, int[] order, Arena arena) {
        this.ref = ref;
        this.format = new Block(size, scaleType, order.length > 0);
        this.groups = ref.cols() / size;
        this.data = arena.allocate((long) ref.rows() * ref.cols() / 2, 64);
        this.scales = arena.allocate((long) ref.rows() * groups * Short.BYTES, 64);
        this.zeros = arena.allocate((long) ref.rows() * groups, 64);
        this.order = order.length > 0 ? arena.allocateFrom(JAVA_INT, order) : MemorySegment.NULL;
    }

    /** The lower four bits of {@code number}. Each place is set once. */
    void setNumber(int row, int col, int number) {
        long at = ((long) row * ref.cols() + col) / 2;
        int shifted = (number & 15) << (col % 2 * 4);
        data.set(JAVA_BYTE, at, (byte) (data.get(JAVA_BYTE, at) | shifted));
    }

    void setGroup(int row, int group, int zero, short scale) {
        long at = (long) row * groups + group;
        zeros.set(JAVA_BYTE, at, (byte) zero);
        scales.set(PlainNumbers.I16, at * Short.BYTES, scale);
    }

    Weight weight() {
        return new Weight(
                ref.tensor(),
                format,
                ref.rows(),
                ref.cols(),
                data.asReadOnly(),
                scales.asReadOnly(),
                zeros.asReadOnly(),
                order);
    }
}
