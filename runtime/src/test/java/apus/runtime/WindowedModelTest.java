package apus.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.format.checkpoint.Checkpoint;
import apus.kernels.Batch;
import apus.kernels.Executor;
import apus.kernels.ExecutorOptions;
import apus.kernels.ExecutorOptions.CpuChoice;
import apus.kernels.ExecutorProvider;
import apus.kernels.KvShape;
import apus.kernels.Logits;
import apus.kernels.Quantization;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Random;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Models that look back over a window only, in a cache much smaller than their context: the engine,
 * which lets go of blocks, against one pass after another over a cache that keeps them all.
 */
@Timeout(120)
final class WindowedModelTest {
    private static final int BLOCK = 4;
    private static final int STEP = 16;
    private static final int PROMPT = 150;
    private static final int ANSWER = 100;

    private static Path model(String name) {
        return Path.of(System.getProperty("apus.testdata"), "models", name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mistral-swa", "phi3"})
    void anAnswerLongerThanTheCacheIsThatOfACacheThatKeepsAll(String name)
            throws InterruptedException {
        int[] prompt = new Random(3).ints(PROMPT, 3, 500).toArray();
        int window;
        int[] wanted;
        long perToken;
        try (Checkpoint checkpoint = Checkpoint.open(model(name))) {
            window = checkpoint.spec().window();
            perToken = MemoryPlan.cachePerToken(checkpoint.spec());
            wanted = greedy(checkpoint, prompt);
        }
        assertTrue(window > 0 && window < PROMPT / 2);
        int blocks = 1 + STEP / BLOCK + Math.ceilDiv(window - 1, BLOCK);
        assertTrue(blocks * BLOCK < PROMPT / 2, "the cache is smaller than the prompt");
        EngineOptions options =
                EngineOptions.builder()
                        .blockSize(BLOCK)
                        .maxTokensPerStep(STEP)
                        .maxSequences(4)
                        .threads(1)
                        .kernels(CpuChoice.AUTO)
                        .kvCacheBytes(perToken * BLOCK * blocks)
                        .build();
        try (Engine engine = Engine.open(model(name), options)) {
            assertEquals(blocks, engine.model().kvBlocks());
            assertTrue(engine.model().maxModelLen() >= PROMPT + ANSWER);
            Stops stops = Stops.builder().maxTokens(ANSWER).ignoreEos(true).build();
            Sampling greedy = Sampling.builder().temperature(0).build();
            Request request = Request.of(prompt, greedy, stops);
            for (int i = 0; i < 2; i++) { // the second one in the blocks of the first
                Result result = engine.submit(request).await();
                assertArrayEquals(wanted, result.choices().getFirst().tokenIds());
            }
        }
    }

    /** Token by token, in one sequence with all its blocks. */
    private static int[] greedy(Checkpoint checkpoint, int[] prompt) {
        int length = PROMPT + ANSWER;
        ExecutorProvider provider =
                ServiceLoader.load(ExecutorProvider.class).findFirst().orElseThrow();
        ExecutorOptions options =
                new ExecutorOptions(1, 1, 1, 1, length, CpuChoice.AUTO, Quantization.NONE);
        int[] answer = new int[ANSWER];
        int blocks = Math.ceilDiv(length, BLOCK);
        try (Executor executor = provider.open(checkpoint, options)) {
            executor.allocateKv(new KvShape(blocks + 1, BLOCK));
            Batch batch = new Batch(1, 1, 1, blocks);
            for (int i = 0; i < blocks; i++) {
                batch.blockTable[i] = i + 1;
            }
            for (int p = 0; p < length - 1; p++) {
                batch.clear();
                batch.tokens = 1;
                batch.sequences = 1;
                batch.seqStart[1] = 1;
                batch.contextLen[0] = p + 1;
                batch.tokenIds[0] = p < PROMPT ? prompt[p] : answer[p - PROMPT];
                batch.positions[0] = p;
                batch.slots[0] = BLOCK + p;
                batch.ropeLength[0] = Math.max(PROMPT, p + 1);
                batch.logitRows[0] = 0;
                batch.logitCount = 1;
                Logits logits = executor.forward(batch);
                if (p >= PROMPT - 1) {
                    answer[p - PROMPT + 1] = argMax(logits);
                }
            }
        }
        return answer;
    }

    private static int argMax(Logits logits) {
        int best = 0;
        for (int i = 1; i < logits.vocab(); i++) {
            if (logit(logits, i) > logit(logits, best)) {
                best = i;
            }
        }
        return best;
    }

    private static float logit(Logits logits, int i) {
        return logits.row(0).getAtIndex(ValueLayout.JAVA_FLOAT, i);
    }

    @Test
    void aModelWithALayerThatSeesAllKeepsAll() {
        for (String name : new String[] {"gemma2", "gemma3-text", "gpt-oss", "llama2-mha"}) {
            try (Checkpoint checkpoint = Checkpoint.open(model(name))) {
                assertEquals(0, checkpoint.spec().window(), name);
            }
        }
    }
}
