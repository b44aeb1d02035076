package apus.bench;

import apus.format.checkpoint.Checkpoint;
import apus.kernels.Batch;
import apus.kernels.Executor;
import apus.kernels.ExecutorOptions;
import apus.kernels.ExecutorProvider;
import apus.kernels.KvShape;
import apus.kernels.Quantization;
import apus.runtime.EngineOptions;
import java.nio.file.Path;
import java.util.ServiceLoader;

/**
 * One sequence through the executor alone: no scheduler, no sampling, no text. What the engine
 * takes beyond this is its own cost.
 */
final class ForwardRun implements AutoCloseable {
    private static final int TOKENS_PER_STEP = 256;

    private final Checkpoint checkpoint;
    private final Executor executor;
    private final Load load;
    private final Batch batch;
    private final int blockSize;

    ForwardRun(Path model, EngineOptions options, String backend, int threads, Load load) {
        this.checkpoint = Checkpoint.open(model);
        this.load = load;
        this.blockSize = options.blockSize();
        ExecutorProvider provider =
                ServiceLoader.load(ExecutorProvider.class).stream()
                        .map(ServiceLoader.Provider::get)
                        .filter(p -> p.name().equals(backend))
                        .findFirst()
                        .orElseThrow();
        this.executor =
                provider.open(
                        checkpoint,
                        new ExecutorOptions(
                                threads,
                                TOKENS_PER_STEP,
                                1,
                                1,
                                load.length(),
                                options.kernels(),
                                options.quantization()
                                        .flatMap(Quantization::of)
                                        .orElse(Quantization.NONE),
                                options.activations()));
        int blocks = (load.length() + blockSize - 1) / blockSize;
        executor.allocateKv(new KvShape(blocks + 1, blockSize));
        this.batch = new Batch(TOKENS_PER_STEP, 1, 1, blocks);
        for (int i = 0; i < blocks; i++) {
            batch.blockTable[i] = i + 1;
        }
    }

    /** Steps per second, each of one token behind the prompt. */
    double tokensPerSecond(int[] prompt) {
        for (int at = 0; at < prompt.length; at += TOKENS_PER_STEP) {
            step(prompt, at, Math.min(prompt.length, at + TOKENS_PER_STEP));
        }
        long start = System.nanoTime();
        for (int i = 0; i < load.generateTokens() - 1; i++) {
            step(prompt, prompt.length + i, prompt.length + i + 1);
        }
        return (load.generateTokens() - 1) / ((System.nanoTime() - start) / 1e9);
    }

    /** Which tokens follow the prompt makes no difference to the time; they are its own again. */
    private void step(int[] prompt, int from, int to) {
        batch.clear();
        batch.sequences = 1;
        for (int position = from; position < to; position++) {
            int i = batch.tokens++;
            batch.tokenIds[i] = prompt[position % prompt.length];
            batch.positions[i] = position;
            batch.slots[i] = (1 + position / blockSize) * blockSize + position % blockSize;
            batch.ropeLength[i] = Math.max(prompt.length, position + 1);
        }
        batch.seqStart[1] = batch.tokens;
        batch.contextLen[0] = to;
        batch.logitRows[0] = batch.tokens - 1;
        batch.logitCount = 1;
        executor.forward(batch);
    }

    @Override
    public void close() {
        executor.close();
        checkpoint.close();
    }
}
