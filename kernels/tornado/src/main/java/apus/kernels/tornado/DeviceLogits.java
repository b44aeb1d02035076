package apus.kernels.tornado;

import apus.kernels.Logits;
import java.lang.foreign.MemorySegment;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** Logits as they were fetched. */
final class DeviceLogits implements Logits {
    private final FloatArray array;
    private final MemorySegment[] segments;
    private final int vocab;
    private int rows;

    /** f32[most][vocab]. */
    DeviceLogits(int most, int vocab) {
        this.vocab = vocab;
        this.array = new FloatArray(Math.multiplyExact(most, vocab));
        this.segments = new MemorySegment[most];
        for (int i = 0; i < most; i++) {
            segments[i] = array.getSegment().asSlice(4L * i * vocab, 4L * vocab);
        }
    }

    FloatArray array() {
        return array;
    }

    /** The same with so many rows. */
    Logits of(int count) {
        rows = count;
        return this;
    }

    @Override
    public int rows() {
        return rows;
    }

    @Override
    public int vocab() {
        return vocab;
    }

    @Override
    public MemorySegment row(int i) {
        return segments[i];
    }
}
