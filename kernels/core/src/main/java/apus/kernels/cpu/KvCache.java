package apus.kernels.cpu;

import apus.kernels.DeviceException;
import apus.kernels.KvShape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Keys and values of all layers: per layer one K and one V,
 * f32[blocks][kvHeads][blockSize][headDim]. Pages cost memory when they are first written.
 */
record KvCache(KvShape shape, MemorySegment[] keys, MemorySegment[] values) {
    static KvCache allocate(KvShape shape, List<Plan.Block> blocks, Arena arena) {
        MemorySegment[] keys = new MemorySegment[blocks.size()];
        MemorySegment[] values = new MemorySegment[blocks.size()];
        try {
            for (int i = 0; i < keys.length; i++) {
                int width = blocks.get(i).k().out();
                long bytes = (long) shape.blocks() * shape.blockSize() * width * Float.BYTES;
                keys[i] = arena.allocate(bytes, 64);
                values[i] = arena.allocate(bytes, 64);
            }
        } catch (OutOfMemoryError e) {
            throw new DeviceException(
                    "no memory for a key/value cache of "
                            + shape.blocks()
                            + " blocks of "
                            + shape.blockSize()
                            + " tokens; lower --kv-cache-memory",
                    e);
        }
        return new KvCache(shape, keys, values);
    }

    /** Floats before position {@code offset} of a block, for one head. */
    long at(int block, int offset, int kvHead, int kvHeads, int headDim) {
        return (((long) block * kvHeads + kvHead) * shape.blockSize() + offset) * headDim;
    }
}
