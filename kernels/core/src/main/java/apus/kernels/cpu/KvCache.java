package apus.kernels.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import apus.kernels.DeviceException;
import apus.kernels.KvShape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Keys and values of all layers. Per layer one K, f32[blocks][kvHeads][headDim][blockSize], so that
 * a vector holds one dimension of many positions and scores need no sum over lanes; and one V,
 * f32[blocks][kvHeads][blockSize][headDim]. Pages cost memory when they are first written.
 */
record KvCache(KvShape shape, MemorySegment[] keys, MemorySegment[] values) {
    /** Kernels may read this far beyond the last block. */
    static final long SLACK = 64L * Float.BYTES;

    static KvCache allocate(KvShape shape, List<Plan.Block> blocks, Arena arena) {
        MemorySegment[] keys = new MemorySegment[blocks.size()];
        MemorySegment[] values = new MemorySegment[blocks.size()];
        long total = 0;
        for (Plan.Block block : blocks) {
            total += 2 * bytes(shape, block);
        }
        try {
            // One reservation for all: a system may allow few mappings.
            MemorySegment all = Pages.reserve(total, arena);
            long at = 0;
            for (int i = 0; i < keys.length; i++) {
                long bytes = bytes(shape, blocks.get(i));
                keys[i] = all.asSlice(at, bytes);
                values[i] = all.asSlice(at + bytes, bytes);
                at += 2 * bytes;
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

    private static long bytes(KvShape shape, Plan.Block block) {
        long data = (long) shape.blocks() * shape.blockSize() * block.k().out() * Float.BYTES;
        return (data + SLACK + 63) / 64 * 64;
    }

    /**
     * Stores one head's key and value of one position.
     *
     * @param from float at which both stand in k and v, f32[headDim]
     */
    void put(
            int layer,
            int slot,
            int kvHead,
            int kvHeads,
            int headDim,
            MemorySegment k,
            MemorySegment v,
            long from) {
        int blockSize = shape.blockSize();
        long block = ((long) (slot / blockSize) * kvHeads + kvHead) * blockSize * headDim;
        int offset = slot % blockSize;
        MemorySegment to = keys[layer];
        for (int i = 0; i < headDim; i++) {
            to.setAtIndex(
                    JAVA_FLOAT,
                    block + (long) i * blockSize + offset,
                    k.getAtIndex(JAVA_FLOAT, from + i));
        }
        long value = block + (long) offset * headDim;
        MemorySegment.copy(v, from * 4, values[layer], value * 4, headDim * 4L);
    }
}
