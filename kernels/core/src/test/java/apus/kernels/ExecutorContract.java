package apus.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import apus.conformance.Packs;
import apus.conformance.Tally;
import apus.format.checkpoint.Checkpoint;
import apus.format.spec.Position;
import apus.format.spec.Rope;
import apus.format.spec.RopeFrequencies;
import apus.kernels.Driver.Seq;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What every backend promises: the golden models (the project's and those of {@link Packs the
 * folders} that are named) within their float32 tolerance, and batch invariance to the bit.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class ExecutorContract {
    private static final int BLOCK_SIZE = 8;
    private static final int FEWEST_BLOCKS = 16;
    private static final int SEQUENCES = 4;
    private static final int MAX_TOKENS = 96;

    /** Opens the backend under test. */
    protected abstract Executor open(
            Checkpoint checkpoint, int threads, int maxTokens, int maxSequences);

    /** Why the backend does not take a model; empty if it does, and then it must be right. */
    protected Optional<String> refuses(Checkpoint checkpoint) {
        return Optional.empty();
    }

    /** Whether steps are to allocate nothing on the Java heap. */
    protected boolean isAllocationFree() {
        return true;
    }

    /** A new one for each class that inherits this. */
    private final Tally tally = new Tally();

    private final Map<String, String> refused = new TreeMap<>();

    @AfterAll
    void tell() {
        System.out.println("models on " + getClass().getSimpleName() + ": " + tally);
        refused.forEach((model, why) -> System.out.println("refused: " + model + ": " + why));
    }

    /** Skips a test with a model that the backend refuses. */
    private void assumeTaken(GoldenModel model) {
        Optional<String> why;
        try (Checkpoint checkpoint = Checkpoint.open(model.dir())) {
            why = refuses(checkpoint);
        }
        why.ifPresent(reason -> refused.put(model.name(), reason));
        assumeTrue(why.isEmpty(), () -> model + " is refused: " + why.orElseThrow());
    }

    /** The models to go through. */
    protected List<GoldenModel> models() {
        // -Dapus.models=gemma for a quick look at some.
        return GoldenModel.all(System.getProperty("apus.models", ""));
    }

    /** An opened model. */
    private final class Rig implements AutoCloseable {
        final Checkpoint checkpoint;
        final Executor executor;
        final Driver driver;
        final int blocks;

        Rig(GoldenModel model, int threads) {
            checkpoint = Checkpoint.open(model.dir());
            executor = open(checkpoint, threads, MAX_TOKENS, SEQUENCES);
            blocks = blocks(model);
            executor.allocateKv(new KvShape(1 + SEQUENCES * blocks, BLOCK_SIZE));
            driver =
                    new Driver(
                            executor,
                            MAX_TOKENS,
                            SEQUENCES,
                            BLOCK_SIZE,
                            blocks,
                            restartLength(checkpoint));
        }

        @Override
        public void close() {
            executor.close();
            checkpoint.close();
        }
    }

    /** Blocks that a sequence of the model may need. */
    private static int blocks(GoldenModel model) {
        return Math.max(FEWEST_BLOCKS, Math.ceilDiv(model.longest(), BLOCK_SIZE));
    }

    private static int restartLength(Checkpoint checkpoint) {
        return checkpoint.spec().layers().stream()
                .mapToInt(layer ->
                        switch (layer.attn().position()) {
                            case Rope rope -> RopeFrequencies.restartLength(rope);
                            case Position.None() -> 0;
                        })
                .max()
                .orElse(0);
    }

    @ParameterizedTest
    @MethodSource("models")
    void logitsOfEveryPromptAreThoseOfTheReference(GoldenModel model) {
        assumeTaken(model);
        tally.tried("logits");
        try (Rig rig = new Rig(model, 2)) {
            for (GoldenModel.Prompt prompt : model.prompts().values()) {
                Seq seq = rig.driver.start(prompt.ids(), 0);
                rig.driver.run(Integer.MAX_VALUE, seq);
                assertClose(model, prompt, prompt.finalLogits(), seq.last());
                for (int i = 0; i < prompt.logits().length / seq.last().length; i++) {
                    float[] wanted =
                            java.util.Arrays.copyOfRange(
                                    prompt.logits(),
                                    i * seq.last().length,
                                    (i + 1) * seq.last().length);
                    assertClose(model, prompt, wanted, seq.logits.get(i));
                }
                for (int i = 1; i < prompt.ids().length; i++) {
                    assertEquals(
                            prompt.promptLogprobs()[i],
                            logprob(seq.logits.get(i - 1), prompt.ids()[i]),
                            model.logprobTolerance(),
                            model + " " + prompt.name() + " logprob of token " + i);
                }
            }
        }
        tally.right("logits");
    }

    @ParameterizedTest
    @MethodSource("models")
    void warmUpChangesNoBit(GoldenModel model) {
        assumeTaken(model);
        GoldenModel.Prompt prompt = model.prompts().values().iterator().next();
        try (Rig cold = new Rig(model, 2);
                Rig warm = new Rig(model, 2)) {
            warm.executor.warmUp(Duration.ofMillis(5));
            Seq expected = cold.driver.start(prompt.ids(), 0);
            cold.driver.run(Integer.MAX_VALUE, expected);
            Seq seq = warm.driver.start(prompt.ids(), 0);
            warm.driver.run(Integer.MAX_VALUE, seq);
            for (int i = 0; i < expected.logits.size(); i++) {
                assertArrayEquals(expected.logits.get(i), seq.logits.get(i));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void greedyContinuationsAreThoseOfTheReference(GoldenModel model) {
        assumeTaken(model);
        tally.tried("greedy");
        try (Rig rig = new Rig(model, 1)) {
            for (GoldenModel.Prompt prompt : model.prompts().values()) {
                Seq seq = rig.driver.start(prompt.ids(), 0);
                assertGreedy(model, prompt, greedy(rig.driver, seq, prompt.greedy().length), seq);
            }
        }
        tally.right("greedy");
    }

    @ParameterizedTest
    @MethodSource("models")
    void aBatchGivesEachSequenceTheBitsItHasAlone(GoldenModel model) {
        assumeTaken(model);
        tally.tried("batches");
        try (Rig rig = new Rig(model, 2)) {
            for (List<String> names : model.batches()) {
                List<float[]> alone = new ArrayList<>();
                Seq[] together = new Seq[names.size()];
                for (int i = 0; i < names.size(); i++) {
                    int[] ids = model.prompts().get(names.get(i)).ids();
                    Seq seq = rig.driver.start(ids, 3);
                    rig.driver.run(Integer.MAX_VALUE, seq);
                    alone.add(seq.last());
                    together[i] = rig.driver.start(ids, i);
                }
                rig.driver.run(7, together);
                for (int i = 0; i < together.length; i++) {
                    assertArrayEquals(alone.get(i), together[i].last(), model + " " + names.get(i));
                }
            }
        }
        tally.right("batches");
    }

    @ParameterizedTest
    @MethodSource("models")
    void chunksThreadsAndBlocksDoNotChangeABit(GoldenModel model) {
        assumeTaken(model);
        tally.tried("chunks and threads");
        int[] prompt = model.longestPrompt().ids();
        int blocks = blocks(model);
        List<float[]> wanted;
        try (Rig rig = new Rig(model, 1)) {
            Seq seq = rig.driver.start(prompt, 0);
            rig.driver.run(Integer.MAX_VALUE, seq);
            wanted = seq.logits;
        }
        int[] scattered =
                new Random(5).ints(1, 1 + SEQUENCES * blocks).distinct().limit(blocks).toArray();
        int[][] chunksOfThreads = {{}, {3}, {1, 7}, {64}};
        for (int threads = 1; threads < chunksOfThreads.length; threads++) {
            try (Rig rig = new Rig(model, threads)) {
                for (int chunk : chunksOfThreads[threads]) {
                    Seq seq = rig.driver.start(prompt, scattered);
                    rig.driver.run(chunk, seq);
                    for (int i = 0; i < wanted.size(); i++) {
                        assertArrayEquals(
                                wanted.get(i),
                                seq.logits.get(i),
                                model
                                        + " token "
                                        + i
                                        + " with "
                                        + threads
                                        + " threads in chunks of "
                                        + chunk);
                    }
                }
            }
        }
        tally.right("chunks and threads");
    }

    /** What stands in the null block must not matter: it is filled with another sequence's keys. */
    @ParameterizedTest
    @MethodSource("models")
    void blocksBehindEveryWindowAreNotRead(GoldenModel model) {
        assumeTaken(model);
        try (Rig rig = new Rig(model, 2)) {
            int window = rig.checkpoint.spec().window();
            int[] prompt = model.longestPrompt().ids();
            if (window == 0 || window >= prompt.length) {
                return; // nothing ever lies behind it
            }
            tally.tried("windows");
            int tokens = prompt.length / 2;
            int[] nullBlockFirst = new int[rig.blocks];
            for (int i = 1; i < nullBlockFirst.length; i++) {
                nullBlockFirst[i] = i;
            }
            rig.driver.run(
                    Integer.MAX_VALUE,
                    rig.driver.start(java.util.Arrays.copyOf(prompt, BLOCK_SIZE), nullBlockFirst));
            Seq whole = rig.driver.start(prompt, 0);
            int[] wanted = greedy(rig.driver, whole, tokens);
            for (int chunk : new int[] {1, 5, Integer.MAX_VALUE}) {
                Seq windowed = rig.driver.start(prompt, 1).within(window);
                rig.driver.run(chunk, windowed);
                assertArrayEquals(wanted, greedy(rig.driver, windowed, tokens));
                for (int i = 0; i < whole.logits.size(); i++) {
                    assertArrayEquals(
                            whole.logits.get(i), windowed.logits.get(i), model + " token " + i);
                }
            }
            tally.right("windows");
        }
    }

    @Test
    void aStepAllocatesNothingOnceWarm() {
        assumeTrue(isAllocationFree(), "this backend allocates in steps");
        GoldenModel model = GoldenModel.all("llama2-gqa").getFirst();
        try (Rig rig = new Rig(model, 2)) {
            Batch batch = new Batch(MAX_TOKENS, SEQUENCES, MAX_TOKENS, rig.blocks);
            long[] threads = computeThreads();
            for (int tokens : new int[] {1, 33}) {
                fill(batch, tokens, rig.blocks);
                // Compilers work in the background: steps are warm when a round allocates nothing.
                long end = System.nanoTime() + 30_000_000_000L;
                long perStep = Long.MAX_VALUE;
                while (perStep >= 8 && System.nanoTime() < end) {
                    long before = allocated(threads);
                    int steps = 200;
                    for (int i = 0; i < steps; i++) {
                        rig.executor.forward(batch);
                    }
                    perStep = (allocated(threads) - before) / steps;
                }
                assertTrue(
                        perStep < 8,
                        "a step of " + tokens + " tokens allocates " + perStep + " bytes");
            }
        }
    }

    private static void fill(Batch batch, int tokens, int blocks) {
        batch.clear();
        batch.sequences = 1;
        batch.tokens = tokens;
        batch.seqStart[1] = tokens;
        batch.contextLen[0] = tokens;
        for (int i = 0; i < blocks; i++) {
            batch.blockTable[i] = i + 1;
        }
        for (int t = 0; t < tokens; t++) {
            batch.tokenIds[t] = t + 3;
            batch.positions[t] = t;
            batch.slots[t] = BLOCK_SIZE + t;
            batch.ropeLength[t] = tokens;
        }
        batch.logitRows[0] = tokens - 1;
        batch.logitCount = 1;
    }

    /** Ids of this thread and the executor's. */
    private static long[] computeThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(t -> t == Thread.currentThread() || t.getName().startsWith("apus-compute-"))
                .mapToLong(Thread::threadId)
                .toArray();
    }

    private static long allocated(long[] threadIds) {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long bytes = 0;
        for (long id : threadIds) {
            bytes += Math.max(0, threads.getThreadAllocatedBytes(id));
        }
        return bytes;
    }

    protected static int[] greedy(Driver driver, Seq seq, int tokens) {
        int[] ids = new int[tokens];
        for (int i = 0; i < tokens; i++) {
            driver.run(Integer.MAX_VALUE, seq);
            ids[i] = argMax(seq.last());
            seq.append(ids[i]);
        }
        return ids;
    }

    private static void assertGreedy(
            GoldenModel model, GoldenModel.Prompt prompt, int[] ids, Seq seq) {
        for (int i = 0; i < ids.length; i++) {
            assertTrue(
                    prompt.margins()[i] > 2 * model.logitTolerance(),
                    "the golden margins allow one answer only");
            assertEquals(
                    prompt.greedy()[i], ids[i], model + " " + prompt.name() + " greedy token " + i);
            assertEquals(
                    prompt.greedyLogprobs()[i],
                    logprob(seq.logits.get(prompt.ids().length - 1 + i), ids[i]),
                    model.logprobTolerance(),
                    model + " " + prompt.name() + " logprob of greedy token " + i);
        }
    }

    private static void assertClose(
            GoldenModel model, GoldenModel.Prompt prompt, float[] wanted, float[] found) {
        assertEquals(wanted.length, found.length);
        for (int i = 0; i < wanted.length; i++) {
            assertEquals(
                    wanted[i],
                    found[i],
                    model.logitTolerance(),
                    model + " " + prompt.name() + " logit " + i);
        }
    }

    static int argMax(float[] values) {
        int best = 0;
        for (int i = 1; i < values.length; i++) {
            if (values[i] > values[best]) {
                best = i;
            }
        }
        return best;
    }

    static double logprob(float[] logits, int id) {
        double max = logits[argMax(logits)];
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - max);
        }
        return logits[id] - max - Math.log(sum);
    }
}
