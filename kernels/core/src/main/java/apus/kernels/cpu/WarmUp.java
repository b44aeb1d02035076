package apus.kernels.cpu;

import apus.kernels.Batch;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Small steps, over and over, until the JIT has compiled what they run. A method of the Vector API
 * is hundreds of times slower before it is compiled than after, and it is compiled once it has been
 * called some hundred times, however little each call does: so what counts is many calls of little
 * work.
 *
 * <p>Tokens alternate between one, as decoding has it, and a few more than a tile, as a short
 * prompt has them. Everything is written to the null block.
 */
final class WarmUp {
    private static final int PROMPT = 6;

    private final Batch one;
    private final Batch few;

    WarmUp(int maxTokens, int blockSize) {
        this.one = batch(1);
        this.few = batch(Math.min(PROMPT, Math.min(maxTokens, blockSize)));
    }

    private static Batch batch(int tokens) {
        Batch batch = new Batch(tokens, 1, 1, 1);
        batch.tokens = tokens;
        batch.sequences = 1;
        for (int i = 0; i < tokens; i++) {
            batch.positions[i] = i;
            batch.slots[i] = i;
            batch.ropeLength[i] = tokens;
        }
        batch.seqStart[1] = tokens;
        batch.contextLen[0] = tokens;
        batch.logitRows[0] = tokens - 1;
        batch.logitCount = 1;
        return batch;
    }

    void run(Consumer<Batch> step, Duration atMost) {
        long start = System.nanoTime();
        while (System.nanoTime() - start < atMost.toNanos()) {
            step.accept(one);
            step.accept(few);
        }
    }
}
