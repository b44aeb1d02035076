package apus.format.checkpoint;

import apus.format.Plain;
import apus.format.TensorInfo;
import apus.format.Weight;
import apus.format.spec.WeightRef;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;

/**
 * Turns references into weights. Rows that stand together in the file are used where they are
 * mapped; rows that do not, and transposed ones, are copied together once, so that kernels know one
 * order only.
 */
final class WeightReader {
    private final Shards shards;
    private final Packing packing;
    private final Arena arena;
    private final Map<WeightRef, Weight> copies = new HashMap<>();

    /**
     * @param arena owns the copies
     */
    WeightReader(Shards shards, Packing packing, Arena arena) {
        this.shards = shards;
        this.packing = packing;
        this.arena = arena;
    }

    boolean isPacked(WeightRef ref) {
        return packing.holds(ref);
    }

    synchronized Weight read(WeightRef ref) {
        return copies(ref) ? copies.computeIfAbsent(ref, r -> read(r, arena)) : read(ref, arena);
    }

    private boolean copies(WeightRef ref) {
        return packing.holds(ref) || !ref.isTogether() || ref.transposed();
    }

    /**
     * The same anew each time.
     *
     * @param once owns the copies
     */
    Weight read(WeightRef ref, Arena once) {
        if (packing.holds(ref)) {
            return packing.read(ref, once);
        }
        TensorInfo info = shards.info(ref.tensor());
        Plain format = new Plain(info.dtype());
        int size = info.dtype().bytes();
        int cols = ref.isVector() ? 1 : ref.cols();
        if (ref.isTogether() && !ref.transposed()) {
            long rowBytes = (long) cols * size;
            MemorySegment tensor = shards.data(ref.tensor());
            MemorySegment data = tensor.asSlice(ref.firstRow() * rowBytes, ref.rows() * rowBytes);
            return new Weight(ref.tensor(), format, ref.rows(), cols, data);
        }
        return new Weight(ref.tensor(), format, ref.rows(), cols, copy(ref, cols, size, once));
    }

    /** What {@link #read} takes for each of these references; reads no data. */
    WeightMemory memory(Collection<WeightRef> refs, boolean laidOutAnew) {
        long mapped = 0;
        long copied = 0;
        for (WeightRef ref : new HashSet<>(refs)) {
            boolean packed = packing.holds(ref);
            long bytes =
                    packed
                            ? packing.bytes(ref)
                            : (long) ref.rows()
                                    * Math.max(1, ref.cols())
                                    * shards.info(ref.tensor()).dtype().bytes();
            boolean copies =
                    packed
                            ? laidOutAnew || packing.copies(ref)
                            : !ref.isTogether() || ref.transposed();
            mapped += copies ? 0 : bytes;
            copied += copies ? bytes : 0;
        }
        return new WeightMemory(mapped, copied);
    }

    private MemorySegment copy(WeightRef ref, long cols, int size, Arena owner) {
        MemorySegment data = owner.allocate(ref.rows() * cols * size, 64);
        try (Arena once = Arena.ofShared()) {
            MemorySegment tensor = shards.borrow(ref.tensor(), once);
            if (ref.transposed()) {
                long outputs = shards.info(ref.tensor()).shape().getLast();
                new Transposed(ref, outputs, tensor).copy(size, data);
            } else {
                long row = cols * size;
                for (int r = 0; r < ref.rows(); r++) {
                    MemorySegment.copy(tensor, ref.fileRow(r) * row, data, r * row, row);
                }
            }
        }
        return data.asReadOnly();
    }
}
