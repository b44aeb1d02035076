package apus.kernels.cpu;

import java.lang.foreign.MemorySegment;

/**
 * What one call of attention covers: some consecutive tokens of one sequence, and some query heads
 * that share a key/value head. Preallocated, one per worker, refilled for each call.
 *
 * <p>A token at position p sees positions {@code max(0, p - window + 1) .. p}, or all up to p where
 * window is 0. Tokens times heads are at most {@link #MAX_ROWS}.
 */
public final class AttentionTask {
    /** Most rows (tokens times heads) in one task. */
    public static final int MAX_ROWS = 32;

    /** Most blocks that kernels look at together. */
    public static final int MAX_TILE_BLOCKS = 64;

    // The layer.
    /** f32[tokens][queryWidth], ropes applied */
    public MemorySegment q = MemorySegment.NULL;

    /** f32[tokens][queryWidth], the task's heads are overwritten */
    public MemorySegment out = MemorySegment.NULL;

    /** f32[blocks][kvHeads][headDim][blockSize]: a vector holds one dimension of many positions */
    public MemorySegment keys = MemorySegment.NULL;

    /** f32[blocks][kvHeads][blockSize][headDim] */
    public MemorySegment values = MemorySegment.NULL;

    /**
     * f32[heads] one more score of each head, taken into the softmax as it is, whose value is 0; or
     * {@link MemorySegment#NULL}
     */
    public MemorySegment sinks = MemorySegment.NULL;

    public int queryWidth;
    public int kvHeads;
    public int headDim;
    public int blockSize;
    public float scale;
    public float softcap;
    public int window;

    // The part of the batch.
    /** Row of the first token in q and out */
    public int firstToken;

    public int tokens;

    /** Position of the first token; the others follow */
    public int firstPosition;

    public int firstHead;
    public int heads;
    public int kvHead;

    /** Block ids of the sequence from tableOffset on, in order of position */
    public int[] blockTable = {};

    public int tableOffset;

    // The worker.
    /** The worker's own, {@link CpuKernels#attentionScratch} floats from scratchOffset on */
    public MemorySegment scratch = MemorySegment.NULL;

    public long scratchOffset;

    /** Where the blocks under way begin in keys and values, in bytes; for kernels. */
    public final long[] places = new long[MAX_TILE_BLOCKS];
}
