package apus.kernels.tornado;

import static apus.kernels.tornado.Samples.assertNear;
import static org.junit.jupiter.api.Assertions.assertEquals;

import apus.format.spec.Act;
import apus.format.spec.Attention;
import apus.format.spec.Linear;
import apus.format.spec.Norm;
import apus.format.spec.Position;
import apus.format.spec.WeightRef;
import apus.kernels.tornado.loops.Bf16;
import apus.kernels.tornado.loops.ExpertLoops;
import apus.kernels.tornado.loops.FloatProducts;
import apus.kernels.tornado.loops.StepLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/** Kernels with work groups equal the loops, each on the device, at sizes that fill no group. */
final class GroupKernelsTest {
    private static final int ROWS = 22;
    private static final int COLS = 610;
    private static final double NEAR = 1e-11;

    private final Samples samples = new Samples(11);
    private final FloatArray powers = Bf16.powers();
    private final Grid small = new Grid(96, 64, 32, 64);

    /** Writes one operation into a graph. */
    private interface Writer {
        void write(Operations ops, GraphDraft g);
    }

    /** Runs an operation on the device; {@code out} has the result. */
    private void run(
            Operations ops, List<TornadoNativeArray> arrays, FloatArray out, Writer writer) {
        GridScheduler grids = new GridScheduler();
        GraphDraft draft = new GraphDraft("once", 0, grids);
        draft.input(arrays.toArray());
        draft.input(out);
        writer.write(ops, draft);
        OnDevice.run(draft, grids, out);
    }

    private FloatArray both(
            List<TornadoNativeArray> arrays, FloatArray start, String what, Writer2 writer) {
        FloatArray wanted = Samples.copy(start);
        run(new LoopOperations(powers), arrays, wanted, (ops, g) -> writer.write(ops, g, wanted));
        for (Grid grid : List.of(Grid.DEFAULT, small)) {
            FloatArray found = Samples.copy(start);
            run(
                    new GroupOperations(powers, false, grid, Optional.empty()),
                    arrays,
                    found,
                    (ops, g) -> writer.write(ops, g, found));
            assertNear(wanted, found, NEAR, what + " " + grid);
        }
        return wanted;
    }

    /** The same, told where the result goes. */
    private interface Writer2 {
        void write(Operations ops, GraphDraft g, FloatArray out);
    }

    @ParameterizedTest
    @ValueSource(strings = {"f32", "bf16", "f16", "int8", "int4"})
    void productsAreThoseOfTheLoopsForAnyNumberOfTokens(String format) {
        List<TornadoNativeArray> arrays = new ArrayList<>();
        Numbers numbers = numbers(format, arrays);
        FloatArray bias = samples.floats(ROWS);
        DeviceMatrix w = new DeviceMatrix("w", ROWS, COLS, List.of(numbers), List.of(bias), true);
        int most = 11;
        FloatArray x = samples.floats(most * COLS);
        arrays.addAll(List.of(bias, x, powers));
        int width = ROWS + 5;
        FloatArray start = samples.floats(most * width);
        FloatArray one = null;
        for (int tokens : new int[] {1, 3, most}) {
            Ending ending = tokens == 3 ? Ending.STORE : Ending.adding(0.5f);
            both(
                    arrays,
                    start,
                    format + " of " + tokens,
                    (ops, g, y) -> ops.product(g, new Product(w, x, y, tokens, width, 2, ending)));
        }
        // A row of a tile has the bits that it has alone.
        for (int tokens : new int[] {1, 8, most}) {
            FloatArray y = Samples.copy(start);
            run(
                    new GroupOperations(powers, false, small, Optional.empty()),
                    arrays,
                    y,
                    (ops, g) ->
                            ops.product(g, new Product(w, x, y, tokens, width, 2, Ending.STORE)));
            one = one == null ? y : one;
            for (int r = 0; r < ROWS; r++) {
                assertEquals(one.get(2 + r), y.get(2 + r), format + " among " + tokens);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"f32", "bf16", "f16", "int8", "int4"})
    void gatedProductsAreThoseOfTheLoopsForAnyNumberOfTokens(String format) {
        List<TornadoNativeArray> arrays = new ArrayList<>();
        Numbers numbers = numbers(format, arrays);
        FloatArray bias = samples.floats(ROWS);
        DeviceMatrix w = new DeviceMatrix("w", ROWS, COLS, List.of(numbers), List.of(bias), true);
        FloatArray x = samples.floats(9 * COLS);
        arrays.addAll(List.of(bias, x, powers));
        int wide = ROWS / 2;
        for (int tokens : new int[] {1, 9}) {
            Ending ending = Ending.gating(Act.SILU, tokens == 1 ? 0 : 20);
            both(
                    arrays,
                    new FloatArray(tokens * wide),
                    format + " of " + tokens,
                    (ops, g, y) -> ops.product(g, new Product(w, x, y, tokens, wide, 0, ending)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"f32", "bf16", "f16", "int8", "int4"})
    void productsOfExpertsAreThoseOfTheLoops(String format) {
        List<TornadoNativeArray> arrays = new ArrayList<>();
        Numbers numbers = numbers(format, arrays);
        FloatArray bias = samples.floats(ROWS);
        DeviceMatrix w = new DeviceMatrix("w", ROWS, COLS, List.of(numbers), List.of(bias), true);
        FloatArray x = samples.floats(3 * COLS);
        FloatArray chosen = FloatArray.fromElements(1f, 0f, 0f, 1f, 1f, 0f);
        arrays.addAll(List.of(bias, x, chosen, powers));
        var routing = Optional.of(new Product.Routing(chosen, 2, 2));
        for (boolean gate : new boolean[] {false, true}) {
            // An odd number of rows for a gate: an expert has half of ROWS.
            int outputs = gate ? ROWS / 4 : ROWS / 2;
            Ending ending = gate ? Ending.gating(Act.SILU, 20) : Ending.STORE;
            if (gate) {
                w = new DeviceMatrix("w", 20, COLS, List.of(numbers), List.of(bias), true);
            }
            DeviceMatrix some = w;
            FloatArray found =
                    both(
                            arrays,
                            new FloatArray(6 * outputs),
                            format,
                            (ops, g, y) ->
                                    ops.product(
                                            g,
                                            new Product(
                                                    some, x, y, 6, outputs, 0, ending, routing)));
            if (numbers instanceof Numbers.F32(int _, var data)) {
                FloatArray onJvm = new FloatArray(6 * outputs);
                FloatProducts.productF32(
                        x,
                        data,
                        bias,
                        onJvm,
                        6,
                        outputs,
                        COLS,
                        outputs,
                        0,
                        1,
                        ending.finish(),
                        ending.act(),
                        1,
                        ending.cap(),
                        chosen,
                        1,
                        2);
                assertNear(onJvm, found, NEAR, "on the device");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"40, 5", "8, 2", "100, 8"})
    void expertsAreChosenAsOnTheJvm(int experts, int topK) {
        int tokens = 3;
        FloatArray scores = samples.floats(tokens * experts);
        // Equal ones, which two threads and one have.
        scores.set(3, 9f);
        scores.set(1, 9f);
        scores.set(experts + 2, 8f);
        scores.set(experts + 2 + (experts > 34 ? 32 : 1), 8f);
        var mixture = new DeviceLayer.Mixture(null, null, null, experts, topK, false, Act.SILU, 0);
        FloatArray other = new FloatArray(tokens * topK);
        FloatArray chosen = new FloatArray(tokens * topK);
        FloatArray shares = new FloatArray(tokens * topK);
        ExpertLoops.route(scores, chosen, shares, tokens, experts, topK);
        for (boolean numbers : new boolean[] {true, false}) {
            FloatArray found =
                    both(
                            List.of(scores, other),
                            new FloatArray(tokens * topK),
                            "experts",
                            (ops, g, out) ->
                                    ops.route(
                                            g,
                                            scores,
                                            numbers ? out : other,
                                            numbers ? other : out,
                                            tokens,
                                            mixture));
            assertNear(numbers ? chosen : shares, found, NEAR, "experts on the device");
        }
    }

    private Numbers numbers(String format, List<TornadoNativeArray> arrays) {
        int block = 32;
        Numbers numbers =
                switch (format) {
                    case "f32" -> new Numbers.F32(ROWS, samples.floats(ROWS * COLS));
                    case "bf16" -> new Numbers.Bf16(ROWS, samples.bf16(ROWS * COLS));
                    case "f16" -> new Numbers.F16(ROWS, samples.f16(ROWS * COLS));
                    case "int8" ->
                            new Numbers.Int8(
                                    ROWS,
                                    samples.bytes(ROWS * COLS),
                                    samples.floats(ROWS * Math.ceilDiv(COLS, block)),
                                    block);
                    case "int4" ->
                            new Numbers.Int4(
                                    ROWS,
                                    samples.bytes(ROWS * COLS / 2),
                                    samples.floats(ROWS * Math.ceilDiv(COLS, block)),
                                    block);
                    default -> throw new IllegalArgumentException(format);
                };
        switch (numbers) {
            case Numbers.F32(int _, var data) -> arrays.add(data);
            case Numbers.Bf16(int _, var data) -> arrays.add(data);
            case Numbers.F16(int _, var data) -> arrays.add(data);
            case Numbers.Int8(int _, var data, var scales, int _) ->
                    arrays.addAll(List.of(data, scales));
            case Numbers.Int4(int _, var data, var scales, int _) ->
                    arrays.addAll(List.of(data, scales));
        }
        return numbers;
    }

    @Test
    void normsAreThoseOfTheLoops() {
        int tokens = 5;
        FloatArray x = samples.floats(tokens * COLS);
        FloatArray weight = samples.floats(COLS);
        DeviceNorm norm = new DeviceNorm.ByRms(COLS, weight, 1e-5f, 1);
        both(
                List.of(x, weight),
                new FloatArray(tokens * COLS),
                "norm",
                (ops, g, y) -> ops.norm(g, norm, x, y, tokens));
        DeviceNorm heads = new DeviceNorm.ByRms(61, weight, 1e-5f, 0);
        both(
                List.of(weight),
                x,
                "norm of slices",
                (ops, g, y) -> ops.normSlices(g, heads, y, tokens, 3, COLS, 100));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void layerNormsAreThoseOfTheLoops(boolean biased) {
        int tokens = 3;
        FloatArray x = samples.floats(tokens * COLS);
        FloatArray weight = samples.floats(COLS);
        FloatArray bias = samples.floats(COLS);
        DeviceNorm norm = new DeviceNorm.ByLayer(COLS, weight, bias, biased, 1e-5f);
        both(
                List.of(x, weight, bias),
                new FloatArray(tokens * COLS),
                "norm",
                (ops, g, y) -> ops.norm(g, norm, x, y, tokens));
        DeviceNorm heads = new DeviceNorm.ByLayer(61, weight, bias, biased, 1e-5f);
        both(
                List.of(weight, bias),
                x,
                "norm of slices",
                (ops, g, y) -> ops.normSlices(g, heads, y, tokens, 3, COLS, 100));
    }

    @ParameterizedTest
    @CsvSource({"0, 0, 300, false", "33, 0, 300, true", "0, 20, 140, false", "70, 20, 5, false"})
    void attentionIsThatOfTheLoops(int window, float cap, int context, boolean sunk) {
        int tokens = 3;
        int heads = 4;
        int kvHeads = 2;
        int headDim = 48;
        int blockSize = 16;
        int blocks = Math.ceilDiv(context, blockSize) + 1;
        IntArray step = new IntArray(StepLayout.tables(tokens) + blocks);
        for (int t = 0; t < tokens; t++) {
            step.set(StepLayout.positions(tokens) + t, context - tokens + t);
            step.set(StepLayout.tablesOf(tokens) + t, StepLayout.tables(tokens));
        }
        for (int b = 0; b < blocks; b++) {
            step.set(StepLayout.tables(tokens) + b, blocks - 1 - b);
        }
        WeightRef none = WeightRef.NONE;
        Linear linear = new Linear(none, none);
        Attention a =
                new Attention(
                        linear,
                        linear,
                        linear,
                        linear,
                        heads,
                        kvHeads,
                        headDim,
                        0.2f,
                        Norm.NONE,
                        Norm.NONE,
                        Position.NONE,
                        window,
                        cap,
                        none);
        FloatArray sinks = samples.floats(heads);
        FloatArray qkv = samples.floats(tokens * (heads + 2 * kvHeads) * headDim);
        int stored = blocks * blockSize * kvHeads * headDim;
        var cache = new Operations.Cache(samples.floats(stored), samples.floats(stored), blockSize);
        var in = new Operations.AttentionInput(qkv, step, powers, 0, 0, sinks, sunk);
        both(
                List.of(qkv, step, sinks, cache.keys(), cache.values()),
                new FloatArray(tokens * heads * headDim),
                "attention of " + context,
                (ops, g, out) -> ops.attend(g, a, cache, in, out, tokens));
    }
}
