package apus.runtime.sample;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Scratch memory for one row at a time: 16 bytes per id of the vocabulary. One instance serves all
 * choices of an engine thread, one after another.
 */
public final class SampleBuffers {
    /** f32[vocab]: the row at hand, changed in place. */
    final float[] logits;

    /** Ids that can still be drawn, ascending. */
    final int[] ids;

    /** Weight of each of them; the largest weight of a row is 1. */
    final double[] weights;

    final Cutoff cutoff = new Cutoff();

    /**
     * @param vocab width of the rows
     */
    public SampleBuffers(int vocab) {
        logits = new float[vocab];
        ids = new int[vocab];
        weights = new double[vocab];
    }

    /** Copies a row into {@link #logits}. */
    float[] load(MemorySegment row, int vocab) {
        MemorySegment.copy(row, ValueLayout.JAVA_FLOAT, 0, logits, 0, vocab);
        return logits;
    }
}
