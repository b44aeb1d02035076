package apus.kernels.tornado;

import static apus.kernels.tornado.Samples.assertNear;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import apus.format.DType;
import apus.format.Plain;
import apus.format.Weight;
import apus.format.spec.Act;
import apus.kernels.cpu.AttentionTask;
import apus.kernels.cpu.ScalarKernels;
import apus.kernels.tornado.loops.AttentionLoops;
import apus.kernels.tornado.loops.Bf16;
import apus.kernels.tornado.loops.BlockProducts;
import apus.kernels.tornado.loops.ExpertLoops;
import apus.kernels.tornado.loops.Finish;
import apus.kernels.tornado.loops.FloatProducts;
import apus.kernels.tornado.loops.NormLoops;
import apus.kernels.tornado.loops.RowLoops;
import apus.kernels.tornado.loops.StepLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import uk.ac.manchester.tornado.api.types.arrays.ByteArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.HalfFloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.ShortArray;

/** The loops, as plain Java on the JVM, equal the CPU's scalar kernels. No device is asked. */
final class LoopKernelsTest {
    private static final int TOKENS = 3;
    private static final int ROWS = 14;
    private static final int COLS = 67;
    private static final int WIDTH = 19;
    private static final int AT = 4;

    /** Only the order of sums and the last bit of a function differ. */
    private static final double NEAR = 1e-12;

    private final ScalarKernels scalar = new ScalarKernels();
    private final Arena arena = Arena.ofAuto();
    private final Samples samples = new Samples(7);
    private final FloatArray powers = Bf16.powers();
    private final FloatArray x = samples.floats(TOKENS * COLS);
    private final FloatArray bias = samples.floats(ROWS);

    @Test
    void everyBfloat16IsDecodedToTheBit() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            if ((bits & 0x7F80) != 0x7F80) {
                float wanted = Float.intBitsToFloat(bits << 16);
                assertEquals(wanted, Bf16.value((short) bits, powers), 0f, "bits " + bits);
                assertEquals(wanted, Bf16.value((short) bits, powers, 1), 0f, "bits " + bits);
            }
        }
    }

    @Test
    void productsOfPlainNumbersAreThoseOfTheScalarKernels() {
        FloatArray f32 = samples.floats(ROWS * COLS);
        ShortArray bf16 = samples.bf16(ROWS * COLS);
        HalfFloatArray f16 = samples.f16(ROWS * COLS);
        FloatArray y = new FloatArray(TOKENS * WIDTH);
        FloatProducts.productF32(
                x, f32, bias, y, TOKENS, ROWS, COLS, WIDTH, AT, 1, 0, 0, 1, 0, bias, 0, 1);
        assertNear(product(DType.F32, f32.getSegment()), placed(y), NEAR, "f32");
        FloatProducts.productBf16(
                x, bf16, powers, bias, y, TOKENS, ROWS, COLS, WIDTH, AT, 1, 0, 0, 1, 0, bias, 0, 1);
        assertNear(product(DType.BF16, bf16.getSegment()), placed(y), NEAR, "bf16");
        FloatProducts.productF16(
                x, f16, bias, y, TOKENS, ROWS, COLS, WIDTH, AT, 1, 0, 0, 1, 0, bias, 0, 1);
        assertNear(product(DType.F16, f16.getSegment()), placed(y), NEAR, "f16");
    }

    /** What the scalar kernels make of x and a matrix. */
    private FloatArray product(DType type, MemorySegment data) {
        Weight w = new Weight("w", new Plain(type), ROWS, COLS, data);
        MemorySegment y = arena.allocate(4L * TOKENS * ROWS, 64);
        scalar.matmul(
                Samples.segment(x, arena),
                TOKENS,
                w,
                Samples.segment(bias, arena),
                0,
                ROWS,
                y,
                MemorySegment.NULL,
                0);
        return Samples.floats(y);
    }

    /** The written columns of y[TOKENS][WIDTH]. */
    private static FloatArray placed(FloatArray y) {
        FloatArray columns = new FloatArray(TOKENS * ROWS);
        for (int i = 0; i < columns.getSize(); i++) {
            columns.set(i, y.get(i / ROWS * WIDTH + AT + i % ROWS));
        }
        return columns;
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 32, 128})
    void productsOfBlocksAreThoseOfTheNumbersTheyStandFor(int block) {
        int blocks = Math.ceilDiv(COLS, block);
        int half = Math.ceilDiv(COLS, 2);
        ByteArray eight = samples.bytes(ROWS * COLS);
        ByteArray four = samples.bytes(ROWS * half);
        FloatArray scales = samples.floats(ROWS * blocks);
        FloatArray wide = new FloatArray(ROWS * COLS);
        FloatArray y = new FloatArray(TOKENS * WIDTH);
        for (int i = 0; i < wide.getSize(); i++) {
            wide.set(i, eight.get(i) * scales.get(i / COLS * blocks + i % COLS / block));
        }
        BlockProducts.productInt8(
                x, eight, scales, bias, y, TOKENS, ROWS, COLS, block, WIDTH, AT, 1, 0, 0, 1, 0,
                bias, 0, 1);
        assertNear(product(DType.F32, wide.getSegment()), placed(y), NEAR, "int8");
        for (int i = 0; i < wide.getSize(); i++) {
            int two = four.get(i / COLS * half + i % COLS / 2) & 255;
            int number = (i % COLS % 2 == 0 ? two % 16 : two / 16) - 8;
            wide.set(i, number * scales.get(i / COLS * blocks + i % COLS / block));
        }
        BlockProducts.productInt4(
                x, four, scales, bias, y, TOKENS, ROWS, COLS, block, WIDTH, AT, 1, 0, 0, 1, 0, bias,
                0, 1);
        assertNear(product(DType.F32, wide.getSegment()), placed(y), NEAR, "int4");
    }

    @ParameterizedTest
    @EnumSource(Act.class)
    void activationsAreThoseOfTheScalarKernels(Act act) {
        int n = 2000;
        FloatArray gate = new FloatArray(n);
        for (int i = 0; i < n; i++) {
            gate.set(i, (i - n / 2) * 0.01f);
        }
        FloatArray up = samples.floats(n);
        MemorySegment wanted = Samples.segment(gate, arena);
        scalar.gated(act, wanted, 0, Samples.segment(up, arena), 0, n);
        RowLoops.gateRows(gate, up, n, Ending.code(act), 0f);
        assertNear(Samples.floats(wanted), gate, NEAR, act.toString());
    }

    @Test
    void aGateWithinALimitIsThatOfTheScalarKernels() {
        int n = 500;
        float limit = 1.5f;
        FloatArray gate = samples.floats(n);
        FloatArray up = samples.floats(n);
        MemorySegment wanted = Samples.segment(gate, arena);
        scalar.gatedWithin(limit, wanted, 0, Samples.segment(up, arena), 0, n);
        RowLoops.gateRows(gate, up, n, Finish.SILU, limit);
        assertNear(Samples.floats(wanted), gate, NEAR, "within a limit");
    }

    @ParameterizedTest
    @ValueSource(floats = {0f, 0.7f})
    void gatedProductsAreTwoProductsAndAGate(float limit) {
        int wide = ROWS / 2;
        int block = 32;
        int blocks = Math.ceilDiv(COLS, block);
        FloatArray f32 = samples.floats(ROWS * COLS);
        ShortArray bf16 = samples.bf16(ROWS * COLS);
        HalfFloatArray f16 = samples.f16(ROWS * COLS);
        ByteArray eight = samples.bytes(ROWS * COLS);
        ByteArray four = samples.bytes(ROWS * Math.ceilDiv(COLS, 2));
        FloatArray scales = samples.floats(ROWS * blocks);
        FloatArray all = new FloatArray(TOKENS * ROWS);
        FloatArray y = new FloatArray(TOKENS * wide);
        int gate = Finish.GATE;
        int act = Finish.SILU;
        FloatProducts.productF32(
                x, f32, bias, all, TOKENS, ROWS, COLS, ROWS, 0, 1, 0, 0, 1, 0, bias, 0, 1);
        FloatProducts.productF32(
                x, f32, bias, y, TOKENS, wide, COLS, wide, 0, 1, gate, act, 1, limit, bias, 0, 1);
        assertNear(gated(all, limit), y, NEAR, "f32");
        FloatProducts.productBf16(
                x, bf16, powers, bias, all, TOKENS, ROWS, COLS, ROWS, 0, 1, 0, 0, 1, 0, bias, 0, 1);
        FloatProducts.productBf16(
                x, bf16, powers, bias, y, TOKENS, wide, COLS, wide, 0, 1, gate, act, 1, limit, bias,
                0, 1);
        assertNear(gated(all, limit), y, NEAR, "bf16");
        FloatProducts.productF16(
                x, f16, bias, all, TOKENS, ROWS, COLS, ROWS, 0, 1, 0, 0, 1, 0, bias, 0, 1);
        FloatProducts.productF16(
                x, f16, bias, y, TOKENS, wide, COLS, wide, 0, 1, gate, act, 1, limit, bias, 0, 1);
        assertNear(gated(all, limit), y, NEAR, "f16");
        BlockProducts.productInt8(
                x, eight, scales, bias, all, TOKENS, ROWS, COLS, block, ROWS, 0, 1, 0, 0, 1, 0,
                bias, 0, 1);
        BlockProducts.productInt8(
                x, eight, scales, bias, y, TOKENS, wide, COLS, block, wide, 0, 1, gate, act, 1,
                limit, bias, 0, 1);
        assertNear(gated(all, limit), y, NEAR, "int8");
        BlockProducts.productInt4(
                x, four, scales, bias, all, TOKENS, ROWS, COLS, block, ROWS, 0, 1, 0, 0, 1, 0, bias,
                0, 1);
        BlockProducts.productInt4(
                x, four, scales, bias, y, TOKENS, wide, COLS, block, wide, 0, 1, gate, act, 1,
                limit, bias, 0, 1);
        assertNear(gated(all, limit), y, NEAR, "int4");
    }

    /** The first half of each of [TOKENS][ROWS] gates the second. */
    private static FloatArray gated(FloatArray all, float limit) {
        int wide = ROWS / 2;
        FloatArray y = new FloatArray(TOKENS * wide);
        for (int i = 0; i < y.getSize(); i++) {
            int at = i / wide * ROWS + i % wide;
            y.set(i, Finish.gate(all.get(at), all.get(at + wide), Finish.SILU, limit));
        }
        return y;
    }

    @Test
    void expertsAreThoseOfTheTokenAndSeeItsInput() {
        // Two experts a token, of three, with seven outputs each; two tokens and a half of x.
        int wide = 7;
        int experts = 3;
        FloatArray w = samples.floats(experts * wide * COLS);
        FloatArray shift = samples.floats(experts * wide);
        FloatArray routes = FloatArray.fromElements(2f, 0f, 1f, 2f, 0f, 0f);
        FloatArray y = new FloatArray(6 * wide);
        FloatProducts.productF32(
                x, w, shift, y, 6, wide, COLS, wide, 0, 1, 0, 0, 1, 0, routes, 1, 2);
        for (int t = 0; t < 6; t++) {
            FloatArray alone = new FloatArray(wide);
            int expert = (int) routes.get(t);
            FloatArray input =
                    FloatArray.fromSegment(x.getSegment().asSlice(4L * (t / 2) * COLS, 4L * COLS));
            FloatArray own =
                    FloatArray.fromSegment(
                            w.getSegment().asSlice(4L * expert * wide * COLS, 4L * wide * COLS));
            FloatArray bias =
                    FloatArray.fromSegment(
                            shift.getSegment().asSlice(4L * expert * wide, 4L * wide));
            FloatProducts.productF32(
                    input, own, bias, alone, 1, wide, COLS, wide, 0, 1, 0, 0, 1, 0, bias, 0, 1);
            for (int r = 0; r < wide; r++) {
                assertEquals(alone.get(r), y.get(t * wide + r), "token " + t);
            }
        }
    }

    @Test
    void expertsWithTheLargestScoresAreChosen() {
        int experts = 5;
        FloatArray scores =
                FloatArray.fromElements(
                        1f, 3f, 2f, 3f, 0f, -1f, -2f, -3f, -4f, 0f, 7f, 7f, 7f, 7f, 7f);
        FloatArray chosen = new FloatArray(9);
        FloatArray shares = new FloatArray(9);
        ExpertLoops.route(scores, chosen, shares, 3, experts, 3);
        int[] wanted = {1, 3, 2, 4, 0, 1, 0, 1, 2};
        for (int t = 0; t < 3; t++) {
            double all = 0;
            for (int e = 0; e < experts; e++) {
                all += Math.exp(scores.get(t * experts + e));
            }
            for (int i = 0; i < 3; i++) {
                assertEquals(wanted[t * 3 + i], chosen.get(t * 3 + i));
                double p = Math.exp(scores.get(t * experts + wanted[t * 3 + i]));
                assertEquals(p / all, shares.get(t * 3 + i), 1e-6);
            }
        }
    }

    @Test
    void scoresThatAreNoNumbersChooseExpertsThatThereAre() {
        FloatArray scores = new FloatArray(4);
        scores.init(Float.NaN);
        FloatArray chosen = FloatArray.fromElements(99f, 99f);
        ExpertLoops.route(scores, chosen, new FloatArray(2), 1, 4, 2);
        assertEquals(0f, chosen.get(0));
        assertEquals(1f, chosen.get(1));
    }

    @Test
    void whatExpertsGiveIsPutTogetherByTheirShares() {
        FloatArray given = FloatArray.fromElements(1f, 2f, 3f, 4f, 5f, 6f);
        FloatArray shares = FloatArray.fromElements(0.25f, 0.125f, 0.125f);
        FloatArray y = FloatArray.fromElements(10f, 20f);
        ExpertLoops.combine(given, shares, y, 1, 3, 2, 0, Finish.ADD, 2f);
        assertEquals(10 + 2 * 1.25f, y.get(0), 1e-6f);
        ExpertLoops.combine(given, shares, y, 1, 3, 2, 1, Finish.STORE, 1f);
        assertEquals(2.5f, y.get(0), 1e-6f);
        assertEquals(3.5f, y.get(1), 1e-6f);
    }

    @Test
    void endingsOfProductsAddActivateAndCap() {
        FloatArray y = FloatArray.fromElements(1f, 1f, 1f, 1f);
        Finish.put(y, 0, 3f, Finish.ADD, 0, 0.5f, 0f);
        Finish.put(y, 1, -3f, Finish.ACTIVATE, Finish.RELU, 1f, 0f);
        Finish.put(y, 2, 3f, Finish.CAP, 0, 2f, 0f);
        Finish.put(y, 3, 3f, Finish.CAP, 0, 2f, 4f);
        assertEquals(2.5f, y.get(0));
        assertEquals(0f, y.get(1));
        assertEquals(6f, y.get(2));
        assertEquals(4 * Math.tanh(1.5), y.get(3), 1e-6);
    }

    @Test
    void normsAreThoseOfTheScalarKernels() {
        FloatArray weight = samples.floats(COLS);
        FloatArray shift = samples.floats(COLS);
        MemorySegment in = Samples.segment(x, arena);
        MemorySegment rms = arena.allocate(in.byteSize(), 64);
        MemorySegment layer = arena.allocate(in.byteSize(), 64);
        for (int t = 0; t < TOKENS; t++) {
            int at = t * COLS;
            MemorySegment w = Samples.segment(weight, arena);
            scalar.rmsNorm(in, at, w, COLS, 1e-5f, 1, rms, at);
            scalar.layerNorm(in, at, w, Samples.segment(shift, arena), COLS, 1e-5f, layer, at);
        }
        FloatArray y = new FloatArray(x.getSize());
        NormLoops.rmsNorm(x, weight, y, TOKENS, COLS, 1e-5f, 1);
        assertNear(Samples.floats(rms), y, NEAR, "rms");
        y = Samples.copy(x);
        NormLoops.rmsNormSlices(y, weight, 1, TOKENS, COLS, TOKENS * COLS, 0, 1e-5f, 1);
        assertNear(Samples.floats(rms), y, NEAR, "rms of slices");
        NormLoops.layerNorm(x, weight, shift, y, TOKENS, COLS, 1, 1e-5f);
        assertNear(Samples.floats(layer), y, NEAR, "layer");
        y = Samples.copy(x);
        NormLoops.layerNormSlices(y, weight, shift, TOKENS, 1, COLS, COLS, 0, 1, 1e-5f);
        assertNear(Samples.floats(layer), y, NEAR, "layer of slices");
    }

    @Test
    void rowsAreLookedUpScaledAndAdded() {
        int vocab = 6;
        FloatArray table = samples.floats(vocab * COLS);
        IntArray step = IntArray.fromElements(9, 5, 0, 2);
        FloatArray y = new FloatArray(TOKENS * COLS);
        // Two parts of a table, and then once more on top.
        FloatArray upper = FloatArray.fromSegment(table.getSegment().asSlice(4L * 4 * COLS));
        RowLoops.embedF32(step, table, y, TOKENS, COLS, 1, 0, 4, 0, 2f);
        RowLoops.embedF32(step, upper, y, TOKENS, COLS, 1, 4, 2, 0, 2f);
        RowLoops.embedF32(step, table, y, TOKENS, COLS, 1, 0, vocab, 1, 1f);
        for (int i = 0; i < y.getSize(); i++) {
            int row = step.get(1 + i / COLS);
            assertEquals(3 * table.get(row * COLS + i % COLS), y.get(i), 1e-6f);
        }
        FloatArray last = new FloatArray(COLS);
        RowLoops.gatherRows(y, IntArray.fromElements(2), last, 1, COLS);
        assertEquals(y.get(2 * COLS + 5), last.get(5));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, 4, false",
        "5, 0, 4, false",
        "0, 8, 3, false",
        "3, 30, 0, false",
        "5, 0, 4, true"
    })
    void keysAreTurnedAndStoredAndAttendedToAsByTheScalarKernels(
            int window, float cap, int pairs, boolean sunk) {
        int heads = 4;
        int kvHeads = 2;
        int headDim = 10;
        int blockSize = 4;
        int blocks = 7;
        int context = 11;
        int stored = kvHeads * headDim;
        int width = heads * headDim + 2 * stored;
        // The last TOKENS of a sequence whose blocks lie in disorder.
        int[] table = {5, 1, 3};
        IntArray step = new IntArray(4 * TOKENS + table.length);
        for (int t = 0; t < TOKENS; t++) {
            int position = context - TOKENS + t;
            int slot = table[position / blockSize] * blockSize + position % blockSize;
            step.set(StepLayout.slots(TOKENS) + t, slot);
            step.set(StepLayout.positions(TOKENS) + t, position);
            step.set(StepLayout.tablesOf(TOKENS) + t, StepLayout.tables(TOKENS));
        }
        for (int b = 0; b < table.length; b++) {
            step.set(StepLayout.tables(TOKENS) + b, table[b]);
        }
        FloatArray qkv = samples.floats(TOKENS * width);
        FloatArray angles = samples.floats(Math.max(1, 2 * TOKENS * pairs));
        FloatArray keys = samples.floats(blocks * blockSize * stored);
        FloatArray values = samples.floats(blocks * blockSize * stored);
        FloatArray before = Samples.copy(qkv);
        AttentionLoops.ropeAndStore(
                qkv, angles, step, keys, values, TOKENS, heads, kvHeads, headDim, pairs, 0,
                blockSize);
        MemorySegment turned = Samples.segment(before, arena);
        MemorySegment cos = Samples.segment(angles, arena);
        for (int t = 0; t < TOKENS; t++) {
            for (int h = 0; h < heads + kvHeads; h++) {
                MemorySegment sin = cos.asSlice(4L * TOKENS * pairs);
                long at = (long) t * width + (long) h * headDim;
                scalar.rope(turned, at, pairs, cos, sin, (long) t * pairs);
            }
        }
        checkStored(Samples.floats(turned), step, keys, values, heads, kvHeads, headDim, blockSize);
        FloatArray out = new FloatArray(TOKENS * heads * headDim);
        FloatArray sinks = samples.floats(heads);
        AttentionLoops.attend(
                qkv,
                keys,
                values,
                step,
                out,
                TOKENS,
                heads,
                kvHeads,
                headDim,
                blockSize,
                window,
                0.3f,
                cap,
                sinks,
                sunk ? 1 : 0);
        AttentionTask task = new AttentionTask();
        if (sunk) {
            task.sinks = Samples.segment(sinks, arena);
        }
        task.q = queries(turned, heads, headDim, width);
        task.out = arena.allocate(4L * out.getSize(), 64);
        task.keys = transposed(keys, headDim, blockSize);
        task.values = Samples.segment(values, arena);
        task.queryWidth = heads * headDim;
        task.kvHeads = kvHeads;
        task.headDim = headDim;
        task.blockSize = blockSize;
        task.scale = 0.3f;
        task.softcap = cap;
        task.window = window;
        task.tokens = TOKENS;
        task.firstPosition = context - TOKENS;
        task.blockTable = table;
        for (int kvHead = 0; kvHead < kvHeads; kvHead++) {
            task.kvHead = kvHead;
            task.firstHead = kvHead * (heads / kvHeads);
            task.heads = heads / kvHeads;
            scalar.attention(task);
        }
        assertNear(Samples.floats(task.out), out, NEAR, "attention within " + window);
    }

    private static void checkStored(
            FloatArray turned,
            IntArray step,
            FloatArray keys,
            FloatArray values,
            int heads,
            int kvHeads,
            int headDim,
            int blockSize) {
        int width = (heads + 2 * kvHeads) * headDim;
        for (int t = 0; t < TOKENS; t++) {
            int slot = step.get(StepLayout.slots(TOKENS) + t);
            for (int i = 0; i < kvHeads * headDim; i++) {
                int row = (slot / blockSize * kvHeads + i / headDim) * blockSize + slot % blockSize;
                int at = t * width + heads * headDim + i;
                assertEquals(turned.get(at), keys.get(row * headDim + i % headDim), 1e-6f);
                assertEquals(
                        turned.get(at + kvHeads * headDim),
                        values.get(row * headDim + i % headDim));
            }
        }
    }

    private MemorySegment queries(MemorySegment qkv, int heads, int headDim, int width) {
        MemorySegment q = arena.allocate(4L * TOKENS * heads * headDim, 64);
        for (int t = 0; t < TOKENS; t++) {
            long row = 4L * heads * headDim;
            MemorySegment.copy(qkv, 4L * t * width, q, t * row, row);
        }
        return q;
    }

    /** The CPU keeps each dimension of the keys of a block together. */
    private MemorySegment transposed(FloatArray keys, int headDim, int blockSize) {
        MemorySegment all = arena.allocate(4L * keys.getSize(), 64);
        int tile = headDim * blockSize;
        for (int i = 0; i < keys.getSize(); i++) {
            int place = i % tile;
            int to = i / tile * tile + place % headDim * blockSize + place / headDim;
            all.setAtIndex(JAVA_FLOAT, to, keys.get(i));
        }
        return all;
    }

    @Test
    void copiesAndSumsOfRowsAreAsTheySay() {
        Random random = new Random(3);
        FloatArray a = FloatArray.fromElements(random.nextFloat(), random.nextFloat(), 1f);
        FloatArray b = FloatArray.fromElements(2f, 4f, 6f);
        FloatArray y = new FloatArray(3);
        RowLoops.copyRows(a, y, 3);
        RowLoops.addRows(y, b, 3, 0.5f);
        assertEquals(a.get(1) + 2, y.get(1), 1e-6f);
        RowLoops.clearRows(y, 2);
        assertEquals(0f, y.get(1));
        assertEquals(4f, y.get(2));
    }
}
