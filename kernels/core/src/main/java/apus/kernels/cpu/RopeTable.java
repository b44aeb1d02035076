package apus.kernels.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import apus.format.spec.Rope;
import apus.format.spec.RopeFrequencies;
import apus.kernels.Batch;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * cos and sin of one rope for the tokens of a step, f32[tokens][half] each. Angles are computed in
 * double precision, token by token: a table over all positions of a long-context model would cost
 * more memory than the time it saves.
 */
final class RopeTable {
    private final Rope rope;
    private final boolean dependsOnLength;
    private final int half;
    private final MemorySegment cos;
    private final MemorySegment sin;
    private RopeFrequencies frequencies;
    private int frequenciesLength;

    RopeTable(Rope rope, int maxTokens, Arena arena) {
        this.rope = rope;
        this.dependsOnLength = RopeFrequencies.dependOnLength(rope);
        this.half = rope.rotaryDim() / 2;
        this.cos = arena.allocate(JAVA_FLOAT, (long) maxTokens * half);
        this.sin = arena.allocate(JAVA_FLOAT, (long) maxTokens * half);
        this.frequencies = RopeFrequencies.of(rope, 1);
        this.frequenciesLength = 1;
    }

    /**
     * Fills the rows of a batch. Allocates only where frequencies depend on a length that has
     * changed.
     */
    void fill(Batch batch) {
        for (int t = 0; t < batch.tokens; t++) {
            if (dependsOnLength && batch.ropeLength[t] != frequenciesLength) {
                frequenciesLength = batch.ropeLength[t];
                frequencies = RopeFrequencies.of(rope, frequenciesLength);
            }
            double[] inverse = frequencies.inverse();
            double factor = frequencies.factor();
            for (int i = 0; i < half; i++) {
                double angle = batch.positions[t] * inverse[i];
                cos.setAtIndex(JAVA_FLOAT, (long) t * half + i, (float) (Math.cos(angle) * factor));
                sin.setAtIndex(JAVA_FLOAT, (long) t * half + i, (float) (Math.sin(angle) * factor));
            }
        }
    }

    int half() {
        return half;
    }

    MemorySegment cos() {
        return cos;
    }

    MemorySegment sin() {
        return sin;
    }
}
