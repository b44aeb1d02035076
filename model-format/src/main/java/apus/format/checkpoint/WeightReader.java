package apus.format.checkpoint;

import apus.format.Plain;
import apus.format.TensorInfo;
import apus.format.Weight;
import apus.format.spec.WeightRef;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
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

    synchronized Weight read(WeightRef ref) {
        if (packing.holds(ref)) {
            return copies.computeIfAbsent(ref, r -> packing.read(r, arena));
        }
        TensorInfo info = shards.info(ref.tensor());
        Plain format = new Plain(info.dtype());
        long size = info.dtype().bytes();
        int cols = ref.isVector() ? 1 : ref.cols();
        MemorySegment tensor = shards.data(ref.tensor());
        if (ref.isTogether() && !ref.transposed()) {
            long rowBytes = cols * size;
            MemorySegment data = tensor.asSlice(ref.firstRow() * rowBytes, ref.rows() * rowBytes);
            return new Weight(ref.tensor(), format, ref.rows(), cols, data);
        }
        return copies.computeIfAbsent(
                ref,
                r -> new Weight(r.tensor(), format, r.rows(), cols, copy(r, cols, size, tensor)));
    }

    private MemorySegment copy(WeightRef ref, long cols, long size, MemorySegment tensor) {
        MemorySegment data = arena.allocate(ref.rows() * cols * size, 64);
        if (ref.transposed()) {
            long outputs = tensor.byteSize() / size / cols;
            for (int r = 0; r < ref.rows(); r++) {
                long from = ref.fileRow(r);
                for (int c = 0; c < cols; c++) {
                    long at = (c * outputs + from) * size;
                    MemorySegment.copy(tensor, at, data, (r * cols + c) * size, size);
                }
            }
        } else {
            for (int r = 0; r < ref.rows(); r++) {
                long from = ref.fileRow(r);
                MemorySegment.copy(tensor, from * cols * size, data, r * cols * size, cols * size);
            }
        }
        return data.asReadOnly();
    }
}
