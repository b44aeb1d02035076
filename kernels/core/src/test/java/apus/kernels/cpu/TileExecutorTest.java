package apus.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.conformance.Tally;
import apus.format.PairTiled;
import apus.format.checkpoint.Checkpoint;
import apus.format.checkpoint.WeightMemory;
import apus.kernels.ActivationPrecision;
import apus.kernels.Driver;
import apus.kernels.Driver.Seq;
import apus.kernels.Executor;
import apus.kernels.ExecutorOptions;
import apus.kernels.ExecutorOptions.CpuChoice;
import apus.kernels.GoldenModel;
import apus.kernels.KvShape;
import apus.kernels.Quantization;
import apus.kernels.QuantizedSize;
import apus.kernels.cpu.tile.Machines;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What golden models must hold on tile kernels beyond the contract of all backends ({@link
 * InterpretedTileExecutorTest}, {@link CpuTileExecutorTest}): activations as bfloat16, weights
 * quantised to bytes or four bits, the memory that is planned. An interpreter runs the code.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TileExecutorTest {
    private static final int BLOCK_SIZE = 8;
    private static final int MAX_TOKENS = 96;
    private static final int SEQUENCES = 4;

    private final Tally tally = new Tally();

    @AfterAll
    void tell() {
        System.out.println("models on interpreted tiles: " + tally);
    }

    static List<GoldenModel> models() {
        return GoldenModel.all(System.getProperty("apus.models", ""));
    }

    static List<GoldenModel> plainModels() {
        return models().stream()
                .filter(model -> {
                    try (Checkpoint checkpoint = Checkpoint.open(model.dir())) {
                        return checkpoint.spec().weights().stream().noneMatch(checkpoint::isPacked);
                    }
                })
                .toList();
    }

    @ParameterizedTest
    @MethodSource("plainModels")
    void bytesGiveTheLogitsOfTheVectorApi(GoldenModel model) {
        quantizedGivesTheLogitsOfTheVectorApi(model, Quantization.INT8);
    }

    @ParameterizedTest
    @MethodSource("plainModels")
    void numbersOfFourBitsGiveTheLogitsOfTheVectorApi(GoldenModel model) {
        quantizedGivesTheLogitsOfTheVectorApi(model, Quantization.INT4);
    }

    /** The same quantised weights by other kernels, which the golden logits hold at their width. */
    private void quantizedGivesTheLogitsOfTheVectorApi(GoldenModel model, Quantization form) {
        tally.tried(form.toString());
        int[] ids = shortest(model).ids();
        try (Checkpoint checkpoint = Checkpoint.open(model.dir());
                Executor tiles = open(checkpoint, ActivationPrecision.FLOAT32, form);
                Executor vector =
                        new CpuExecutorProvider()
                                .open(
                                        checkpoint,
                                        new ExecutorOptions(
                                                1,
                                                MAX_TOKENS,
                                                SEQUENCES,
                                                MAX_TOKENS,
                                                4096,
                                                CpuChoice.VECTOR,
                                                form))) {
            Driver driver = driver(tiles, model);
            Seq found = driver.start(ids, 0);
            driver.run(Integer.MAX_VALUE, found);
            Seq chunks = driver.start(ids, 1);
            driver.run(1, chunks);
            Driver other = driver(vector, model);
            Seq wanted = other.start(ids, 0);
            other.run(Integer.MAX_VALUE, wanted);
            for (int i = 0; i < ids.length; i++) {
                assertArrayEquals(found.logits.get(i), chunks.logits.get(i));
                assertArrayEquals(
                        wanted.logits.get(i), found.logits.get(i), model.logitTolerance());
            }
        }
        tally.right(form.toString());
    }

    @ParameterizedTest
    @MethodSource("models")
    void memoryIsPlannedAsItWillBe(GoldenModel model) {
        CpuKernels tiles =
                Machines.INTERPRETER.kernels(ActivationPrecision.BF16, new ScalarKernels());
        try (Checkpoint checkpoint = Checkpoint.open(model.dir());
                Workers workers = new Workers(1);
                Arena arena = Arena.ofShared()) {
            Packing packing = new Packing(tiles, 1, Quantization.NONE, workers, arena);
            Plan plan = Plan.of(checkpoint, arena, ref -> packing.read(checkpoint, ref));
            long bytes = 0;
            for (Plan.Matrix m : plan.matrices()) {
                if (m.weight().format() instanceof PairTiled) {
                    bytes += m.weight().bytes();
                }
            }
            long packed =
                    checkpoint.spec().weights().stream()
                            .distinct()
                            .filter(checkpoint::isPacked)
                            .mapToLong(ref -> checkpoint.weight(ref).bytes())
                            .sum();
            WeightMemory planned =
                    QuantizedSize.memory(checkpoint, Quantization.NONE, CpuChoice.TILE);
            assertEquals(bytes, planned.copied() - packed);
            assertTrue(bytes > 0);
        }
    }

    private static Executor open(Checkpoint checkpoint, ActivationPrecision precision) {
        return open(checkpoint, precision, Quantization.NONE);
    }

    private static Executor open(
            Checkpoint checkpoint, ActivationPrecision precision, Quantization quantization) {
        ExecutorOptions options =
                new ExecutorOptions(
                        2,
                        MAX_TOKENS,
                        SEQUENCES,
                        MAX_TOKENS,
                        4096,
                        CpuChoice.TILE,
                        quantization,
                        precision);
        CpuKernels rest = KernelChoice.of(CpuChoice.VECTOR).kernels();
        CpuKernels tiles = Machines.INTERPRETER.kernels(precision, rest);
        return new CpuExecutor(checkpoint, options, tiles, "interpreted");
    }

    private static int blocks(GoldenModel model) {
        return Math.max(16, Math.ceilDiv(model.longest(), BLOCK_SIZE));
    }

    private static Driver driver(Executor executor, GoldenModel model) {
        int blocks = blocks(model);
        executor.allocateKv(new KvShape(1 + SEQUENCES * blocks, BLOCK_SIZE));
        return new Driver(executor, MAX_TOKENS, SEQUENCES, BLOCK_SIZE, blocks, 0);
    }

    private static GoldenModel.Prompt shortest(GoldenModel model) {
        return model.prompts().values().stream()
                .filter(p -> p.logits().length > 0)
                .min(Comparator.comparingInt(p -> p.ids().length))
                .orElseThrow();
    }

    @ParameterizedTest
    @MethodSource("plainModels")
    void withRoundedActivationsTheyAreThoseOfTheReferenceWithinItsTolerance(GoldenModel model) {
        tally.tried("logits with bfloat16 activations");
        double most = 0;
        try (Checkpoint checkpoint = Checkpoint.open(model.dir());
                Executor executor = open(checkpoint, ActivationPrecision.BF16)) {
            Driver driver = driver(executor, model);
            for (GoldenModel.Prompt prompt : model.prompts().values()) {
                Seq seq = driver.start(prompt.ids(), 0);
                driver.run(Integer.MAX_VALUE, seq);
                int vocab = seq.last().length;
                for (int i = 0; i < prompt.logits().length; i++) {
                    float found = seq.logits.get(i / vocab)[i % vocab];
                    String what = model + " " + prompt.name() + " logit " + i;
                    assertEquals(prompt.logits()[i], found, model.bf16LogitTolerance(), what);
                    most = Math.max(most, Math.abs(prompt.logits()[i] - found));
                }
            }
        }
        assertTrue(most > model.logitTolerance(), "nothing was rounded: " + most);
        tally.right("logits with bfloat16 activations");
    }

    @ParameterizedTest
    @MethodSource("models")
    void withRoundedActivationsChunksAndBatchesDoNotChangeABit(GoldenModel model) {
        tally.tried("chunks and batches");
        try (Checkpoint checkpoint = Checkpoint.open(model.dir());
                Executor executor = open(checkpoint, ActivationPrecision.BF16)) {
            Driver driver = driver(executor, model);
            List<float[]> alone = new ArrayList<>();
            List<int[]> prompts = prompts(model);
            assertTrue(prompts.size() > 1, "several prompts");
            Seq[] together = new Seq[prompts.size()];
            for (int i = 0; i < prompts.size(); i++) {
                Seq seq = driver.start(prompts.get(i), 3);
                driver.run(1, seq);
                alone.add(seq.last());
                together[i] = driver.start(prompts.get(i), i);
            }
            driver.run(7, together);
            for (int i = 0; i < together.length; i++) {
                assertArrayEquals(alone.get(i), together[i].last(), model + " prompt " + i);
            }
        }
        tally.right("chunks and batches");
    }

    /** Up to three prompts, the shortest that make more than one chunk. */
    private static List<int[]> prompts(GoldenModel model) {
        return model.prompts().values().stream()
                .map(GoldenModel.Prompt::ids)
                .filter(ids -> ids.length > 7)
                .sorted(Comparator.comparingInt(ids -> ids.length))
                .limit(3)
                .toList();
    }
}
