package apus.kernels.tornado;

import apus.kernels.Batch;
import apus.kernels.tornado.loops.StepLayout;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * What a step of up to so many tokens brings to the device: see {@link StepLayout}. Tokens that are
 * not there are the token 0 at position 0 of a sequence that is the null block.
 */
final class StepInput {
    private final int tokens;
    private final int tableLength;
    private final int blockSize;
    private final int nullTable;
    private final RopeAngles ropes;
    private final IntArray step;
    private final FloatArray angles;

    /**
     * @param tokens the bucket
     * @param sequences most sequences in all
     * @param tableLength most blocks of a sequence
     */
    StepInput(int tokens, int sequences, int tableLength, int blockSize, RopeAngles ropes) {
        this.tokens = tokens;
        this.tableLength = tableLength;
        this.blockSize = blockSize;
        this.ropes = ropes;
        this.nullTable = StepLayout.tables(tokens) + Math.min(tokens, sequences) * tableLength;
        this.step = new IntArray(nullTable + 1);
        this.angles = new FloatArray(ropes.size(tokens));
    }

    int tokens() {
        return tokens;
    }

    IntArray step() {
        return step;
    }

    FloatArray angles() {
        return angles;
    }

    void fill(Batch batch) {
        int tables = StepLayout.tables(tokens);
        for (int s = 0; s < batch.sequences; s++) {
            int blocks = Math.ceilDiv(batch.contextLen[s], blockSize);
            if (blocks > tableLength) {
                throw new IllegalArgumentException(
                        "a context of "
                                + batch.contextLen[s]
                                + " tokens, opened for "
                                + tableLength * blockSize);
            }
            int table = tables + s * tableLength;
            for (int b = 0; b < blocks; b++) {
                step.set(table + b, batch.blockTable[s * batch.blockStride + b]);
            }
            for (int t = batch.seqStart[s]; t < batch.seqStart[s + 1]; t++) {
                put(t, batch.tokenIds[t], batch.slots[t], batch.positions[t], table);
            }
        }
        for (int t = batch.tokens; t < tokens; t++) {
            put(t, 0, 0, 0, nullTable);
        }
        ropes.fill(batch, angles, tokens);
    }

    private void put(int t, int id, int slot, int position, int table) {
        step.set(StepLayout.ids(tokens) + t, id);
        step.set(StepLayout.slots(tokens) + t, slot);
        step.set(StepLayout.positions(tokens) + t, position);
        step.set(StepLayout.tablesOf(tokens) + t, table);
    }
}
