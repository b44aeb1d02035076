package apus.format.checkpoint;

import apus.format.DType;
import apus.format.ModelFormatException;
import apus.format.Mxfp4;
import apus.format.TensorInfo;
import apus.format.Weight;
import apus.format.spec.WeightRef;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * {@code NAME_blocks}, U8 {@code [experts][outputs][inputs / 32][16]}, and {@code NAME_scales}, U8
 * {@code [experts][outputs][inputs / 32]}: the order of {@link Mxfp4} already.
 */
record Mxfp4Packing(Shards shards) implements Packing {
    @Override
    public boolean holds(WeightRef ref) {
        return !ref.isVector() && shards.has(ref.tensor() + "_blocks");
    }

    @Override
    public Parts check(WeightRef ref) {
        String blocks = ref.tensor() + "_blocks";
        String scales = ref.tensor() + "_scales";
        PackedTensors packed = new PackedTensors(shards);
        TensorInfo info = packed.find(blocks);
        List<Long> shape = info.shape();
        if (info.dtype() != DType.U8
                || shape.size() != 4
                || shape.get(2) * Mxfp4.SIZE != ref.cols()
                || shape.get(3) * 2 != Mxfp4.SIZE) {
            throw new ModelFormatException(
                    blocks
                            + ": expected U8 [experts, outputs, "
                            + ref.cols() / Mxfp4.SIZE
                            + ", 16] from config.json, found "
                            + info.dtype()
                            + " "
                            + shape
                            + " in "
                            + shards.path(blocks).getFileName());
        }
        long outputs = shape.get(0) * shape.get(1);
        packed.requireRows(blocks, ref, outputs);
        packed.require(scales, DType.U8, shape.get(0), shape.get(1), shape.get(2));
        return new Parts(List.of(blocks, scales), outputs);
    }

    @Override
    public long bytes(WeightRef ref) {
        return (long) ref.rows() * (ref.cols() / 2 + ref.cols() / Mxfp4.SIZE);
    }

    @Override
    public boolean copies(WeightRef ref) {
        return !ref.isTogether();
    }

    @Override
    public Weight read(WeightRef ref, Arena arena) {
        return new Weight(
                ref.tensor(),
                new Mxfp4(),
                ref.rows(),
                ref.cols(),
                rows(ref, ref.tensor() + "_blocks", ref.cols() / 2, arena),
                rows(ref, ref.tensor() + "_scales", ref.cols() / Mxfp4.SIZE, arena),
                MemorySegment.NULL,
                MemorySegment.NULL);
    }

    private MemorySegment rows(WeightRef ref, String tensor, long width, Arena arena) {
        if (ref.isTogether()) {
            return shards.data(tensor).asSlice(ref.firstRow() * width, ref.rows() * width);
        }
        MemorySegment copy = arena.allocate(ref.rows() * width, 64);
        try (Arena once = Arena.ofConfined()) {
            MemorySegment all = shards.borrow(tensor, once);
            for (int r = 0; r < ref.rows(); r++) {
                MemorySegment.copy(all, ref.fileRow(r) * width, copy, r * width, width);
            }
        }
        return copy.asReadOnly();
    }
}
