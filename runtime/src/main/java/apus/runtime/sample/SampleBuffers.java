package apus.runtime.sample;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Scratch memory for one row at a time: 12 bytes per id of the vocabulary. One instance serves all
 * choices of an engine thread, one after another.
 */
public final class SampleBuffers {
    /** Up to so many best values a heap is faster than {@link Cutoff}. */
    static final int SMALL = 256;

    /** f32[vocab]: the row at hand, changed in place. */
    final float[] logits;

    /** Ids that can still be drawn, ascending. */
    final int[] ids;

    /** Weight of each of them (of every id, right after the row's softmax); the largest is 1. */
    final float[] weights;

    final Cutoff cutoff = new Cutoff();

    /** The few best of a row, for a small top_k. */
    final int[] bestIds = new int[SMALL];

    final float[] bestValues = new float[SMALL];

    /**
     * @param vocab width of the rows
     */
    public SampleBuffers(int vocab) {
        logits = new float[vocab];
        ids = new int[vocab];
        weights = new float[vocab];
    }

    /** Copies a row into {@link #logits}. */
    float[] load(MemorySegment row, int vocab) {
        MemorySegment.copy(row, ValueLayout.JAVA_FLOAT, 0, logits, 0, vocab);
        return logits;
    }
}
