package apus.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.format.DType;
import apus.format.Weight;
import apus.format.spec.Act;
import apus.kernels.ExecutorOptions.CpuChoice;
import apus.kernels.cpu.CpuKernels.Layout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every operation of the Vector API kernels against the scalar one, on sizes that leave tails. */
final class VectorKernelsTest {
    private final CpuKernels scalar = new ScalarKernels();
    private final CpuKernels vector = KernelChoice.of(CpuChoice.VECTOR).kernels();
    private final Sample sample = new Sample(11);

    static Stream<Arguments> weights() {
        return Stream.of(DType.F32, DType.F16, DType.BF16)
                .flatMap(type ->
                        Stream.of(1, 7, 31, 32, 64, 97, 211, 768, 1031)
                                .map(cols -> Arguments.of(type, cols)));
    }

    @ParameterizedTest
    @MethodSource("weights")
    void matmulIsTheScalarOneWithinRounding(DType type, int cols) {
        int rows = 37;
        for (int tokens : new int[] {1, 2, 3, 5, 8, 13, 16, 17, 33, 67, 131}) {
            // From the middle to the middle, at an odd address, with and without a bias.
            Weight w = sample.weight(type, rows, cols, tokens % 4);
            MemorySegment x = sample.floats((long) tokens * cols);
            MemorySegment bias = tokens % 2 == 0 ? sample.floats(rows) : MemorySegment.NULL;
            MemorySegment wanted = sample.floats((long) tokens * rows);
            MemorySegment found = sample.copy(wanted);
            product(scalar, x, tokens, w, bias, 3, 32, wanted);
            product(vector, x, tokens, w, bias, 3, 32, found);
            Tolerance.MATMUL.check(
                    wanted, found, type + " " + cols + " columns, " + tokens + " tokens");
        }
    }

    @ParameterizedTest
    @MethodSource("weights")
    void aTokenOfAProductDoesNotDependOnTheTokensBesideIt(DType type, int cols) {
        int rows = 150;
        int most = 140;
        Weight w = sample.weight(type, rows, cols, 1);
        MemorySegment x = sample.floats((long) most * cols);
        MemorySegment bias = cols % 2 == 0 ? sample.floats(rows) : MemorySegment.NULL;
        MemorySegment alone = sample.zeros((long) most * rows);
        for (int t = 0; t < most; t++) {
            MemorySegment token = x.asSlice(4L * t * cols);
            product(vector, token, 1, w, bias, 0, rows, alone.asSlice(4L * t * rows));
        }
        for (int tokens : new int[] {2, 3, 4, 7, 63, 64, 66, 71, 96, 127, 128, 140}) {
            MemorySegment together = sample.zeros((long) most * rows);
            product(vector, x, tokens, w, bias, 0, 60, together);
            product(vector, x, tokens, w, bias, 60, rows, together);
            long bytes = 4L * tokens * rows;
            assertEquals(
                    -1,
                    alone.asSlice(0, bytes).mismatch(together.asSlice(0, bytes)),
                    type + " " + cols + " columns, " + tokens + " tokens");
        }
    }

    /** A product from an input in rows. */
    private void product(
            CpuKernels kernels,
            MemorySegment x,
            int tokens,
            Weight w,
            MemorySegment bias,
            int fromRow,
            int toRow,
            MemorySegment y) {
        MemorySegment input = x;
        if (kernels.layout(w) != Layout.ROWS) {
            int group = kernels.tokenGroup();
            input = sample.floats(kernels.arrangedFloats(tokens, w.cols()));
            // In two parts, as two workers would.
            int half = tokens / 2 / group * group;
            kernels.arrange(kernels.layout(w), x, tokens, w.cols(), half, tokens, input);
            kernels.arrange(kernels.layout(w), x, tokens, w.cols(), 0, half, input);
        }
        MemorySegment scratch = sample.floats(kernels.matmulScratch(w) + 3);
        kernels.matmul(input, tokens, w, bias, fromRow, toRow, y, scratch, 3);
    }

    @ParameterizedTest
    @MethodSource("weights")
    void aRowIsWidenedExactly(DType type, int cols) {
        Weight w = sample.weight(type, 3, cols, 1);
        MemorySegment wanted = sample.zeros(cols + 2);
        MemorySegment found = sample.zeros(cols + 2);
        scalar.row(w, 2, wanted, 1);
        vector.row(w, 2, found, 1);
        Tolerance.ROW.check(wanted, found, type + " " + cols);
    }

    @Test
    void everyFiniteHalfIsWidenedExactly() {
        int n = 1 << 16;
        MemorySegment data = sample.zeros(n / 2);
        for (int i = 0; i < n; i++) {
            data.setAtIndex(ValueLayout.JAVA_SHORT, i, (short) i);
        }
        // Each number is a row of 64 columns, alone in column c: the product is the number itself.
        int cols = 64;
        MemorySegment padded = sample.zeros((long) cols * n / 2);
        for (int i = 0; i < n; i++) {
            padded.setAtIndex(ValueLayout.JAVA_SHORT, (long) i * cols + i % cols, (short) i);
        }
        Weight w = new Weight("w", new apus.format.Plain(DType.F16), n, cols, padded);
        MemorySegment x = sample.zeros(cols);
        for (int c = 0; c < cols; c++) {
            x.setAtIndex(ValueLayout.JAVA_FLOAT, c, 1);
        }
        MemorySegment y = sample.zeros(n);
        product(vector, x, 1, w, MemorySegment.NULL, 0, n, y);
        for (int i = 0; i < n; i++) {
            float wanted = Float.float16ToFloat((short) i);
            if (Float.isFinite(wanted)) {
                // Not assertEquals: signs of zero are lost in the sum.
                assertTrue(wanted == y.getAtIndex(ValueLayout.JAVA_FLOAT, i), "half " + i);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 16, 47, 64, 257, 2048})
    void normsAreTheScalarOnesWithinRounding(int n) {
        MemorySegment x = sample.floats(n + 3);
        MemorySegment weight = sample.floats(n);
        MemorySegment wanted = sample.zeros(n + 1);
        MemorySegment found = sample.zeros(n + 1);
        scalar.rmsNorm(x, 3, weight, n, 1e-5f, 1, wanted, 1);
        vector.rmsNorm(x, 3, weight, n, 1e-5f, 1, found, 1);
        Tolerance.RMS_NORM.check(wanted, found, "of " + n);
        MemorySegment bias = n % 2 == 0 ? MemorySegment.NULL : sample.floats(n);
        MemorySegment wantedLayer = sample.zeros(n);
        MemorySegment foundLayer = sample.zeros(n);
        if (n > 1) {
            scalar.layerNorm(x, 3, weight, bias, n, 1e-5f, wantedLayer, 0);
            vector.layerNorm(x, 3, weight, bias, n, 1e-5f, foundLayer, 0);
            Tolerance.LAYER_NORM.check(wantedLayer, foundLayer, "of " + n);
        }
        // In place.
        vector.rmsNorm(x, 3, weight, n, 1e-5f, 1, x, 3);
        Tolerance.RMS_NORM.check(wanted.asSlice(4), x.asSlice(3 * 4L, n * 4L), "in place, of " + n);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 16, 24, 33, 64})
    void ropeIsTheScalarOneWithinRounding(int half) {
        MemorySegment cos = sample.floats(half + 2);
        MemorySegment sin = sample.floats(half + 2);
        MemorySegment wanted = sample.floats(2L * half + 5);
        MemorySegment found = sample.copy(wanted);
        scalar.rope(wanted, 3, half, cos, sin, 2);
        vector.rope(found, 3, half, cos, sin, 2);
        Tolerance.ROPE.check(wanted, found, "half " + half);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 16, 29, 101})
    void additionAndScalingAreExactButForTheFusedOne(int n) {
        MemorySegment y = sample.floats(n + 1);
        MemorySegment wanted = sample.floats(n + 2);
        MemorySegment found = sample.copy(wanted);
        scalar.add(wanted, 2, y, 1, n);
        vector.add(found, 2, y, 1, n);
        Tolerance.ADD.check(wanted, found, "of " + n);
        scalar.scale(wanted, 2, 0.3f, n);
        vector.scale(found, 2, 0.3f, n);
        Tolerance.SCALE.check(wanted, found, "of " + n);
        scalar.addScaled(wanted, 2, 0.7f, y, 1, n);
        vector.addScaled(found, 2, 0.7f, y, 1, n);
        Tolerance.ADD_SCALED.check(wanted, found, "of " + n);
    }

    @ParameterizedTest
    @EnumSource(Act.class)
    void activationsAreTheScalarOnesWithinRounding(Act act) {
        int n = 4099;
        MemorySegment up = sample.floats(n);
        MemorySegment wanted = sample.zeros(n);
        for (int i = 0; i < n; i++) {
            wanted.setAtIndex(ValueLayout.JAVA_FLOAT, i, (i - 2000) / 40f);
        }
        wanted.setAtIndex(ValueLayout.JAVA_FLOAT, 7, 1e4f);
        wanted.setAtIndex(ValueLayout.JAVA_FLOAT, 8, -1e4f);
        MemorySegment found = sample.copy(wanted);
        MemorySegment wantedAlone = sample.copy(wanted);
        MemorySegment foundAlone = sample.copy(wanted);
        scalar.activate(act, wantedAlone, 0, sample.zeros(n), 0, n);
        vector.activate(act, foundAlone, 0, sample.floats(n), 0, n);
        Tolerance.GATED.check(wantedAlone, foundAlone, act + " alone");
        scalar.gated(act, wanted, 0, sample.copy(up), 0, n);
        vector.gated(act, found, 0, up, 0, n);
        Tolerance.GATED.check(wanted, found, act.toString());
        Tolerance.GATED.check(
                wanted.asSlice(1960 * 4, 80 * 4), found.asSlice(1960 * 4, 80 * 4), act + " near 0");
    }

    @Test
    void limitedGatesAreTheScalarOnesWithinRounding() {
        int n = 1001;
        MemorySegment up = sample.floats(n);
        vector.scale(up, 0, 5, n);
        MemorySegment wanted = sample.floats(n);
        vector.scale(wanted, 0, 5, n);
        MemorySegment found = sample.copy(wanted);
        scalar.gatedWithin(7, wanted, 0, sample.copy(up), 0, n);
        vector.gatedWithin(7, found, 0, up, 0, n);
        Tolerance.GATED.check(wanted, found, "limit 7");
    }

    @Test
    void anActivationDoesNotDependOnItsPlace() {
        for (Act act : Act.values()) {
            int n = 67;
            MemorySegment gate = sample.floats(n);
            MemorySegment up = sample.floats(n);
            MemorySegment whole = sample.copy(gate);
            vector.gated(act, whole, 0, sample.copy(up), 0, n);
            for (int i = 0; i < n; i++) {
                vector.gated(act, gate, i, up, i, 1);
            }
            assertEquals(-1, whole.mismatch(gate), act.toString());
        }
    }

    @Test
    void softcapIsTheScalarOneWithinRounding() {
        int n = 1003;
        MemorySegment wanted = sample.zeros(n);
        for (int i = 0; i < n; i++) {
            wanted.setAtIndex(ValueLayout.JAVA_FLOAT, i, (i - 500) / 3f);
        }
        MemorySegment found = sample.copy(wanted);
        scalar.softcap(wanted, 0, 30, n);
        vector.softcap(found, 0, 30, n);
        Tolerance.SOFTCAP.check(wanted, found, "all");
        Tolerance.SOFTCAP.check(
                wanted.asSlice(490 * 4, 20 * 4), found.asSlice(490 * 4, 20 * 4), "near 0");
    }

    static Stream<Arguments> attentions() {
        return Stream.of(5, 16, 40, 64, 80, 128)
                .flatMap(d -> Stream.of(1, 5, 8, 16, 32, 100).map(b -> Arguments.of(d, b)));
    }

    @ParameterizedTest
    @MethodSource("attentions")
    void attentionIsTheScalarOneWithinRounding(int headDim, int blockSize) {
        Random random = new Random(headDim * 31 + blockSize);
        int blocks = 300 / blockSize + 2;
        AttentionTask task = task(headDim, blockSize, blocks);
        int most = blocks * blockSize;
        for (int i = 0; i < 24; i++) {
            task.heads = 1 + random.nextInt(3);
            task.firstHead = task.heads == 3 ? 3 : 3 + random.nextInt(2);
            task.tokens = i % 3 == 0 ? 1 : 1 + random.nextInt(AttentionTask.MAX_ROWS / task.heads);
            task.firstPosition = i == 1 ? 0 : random.nextInt(most - task.tokens + 1);
            task.firstToken = random.nextInt(40 - task.tokens);
            task.window = i % 4 < 2 ? 0 : 1 + random.nextInt(most);
            task.softcap = i % 5 == 0 ? 2 : 0;
            task.sinks = i % 7 == 0 ? sample.floats(6) : MemorySegment.NULL;
            MemorySegment wanted = sample.zeros(task.q.byteSize() / 4);
            MemorySegment found = sample.zeros(task.q.byteSize() / 4);
            task.out = wanted;
            scalar.attention(task);
            task.out = found;
            vector.attention(task);
            Tolerance.ATTENTION.check(
                    wanted,
                    found,
                    task.tokens + " tokens from " + task.firstPosition + ", window " + task.window);
        }
    }

    @Test
    void aRowOfAttentionDoesNotDependOnTheRowsBesideIt() {
        for (int heads : new int[] {1, 3, 4}) {
            for (int window : new int[] {0, 50}) {
                AttentionTask task = task(48, 16, 20);
                task.window = window;
                task.firstHead = 6 - heads;
                task.heads = heads;
                task.tokens = AttentionTask.MAX_ROWS / heads;
                task.firstPosition = 100;
                task.firstToken = 2;
                int tokens = task.tokens;
                MemorySegment together = sample.zeros(task.q.byteSize() / 4);
                task.out = together;
                vector.attention(task);
                MemorySegment alone = sample.zeros(task.q.byteSize() / 4);
                task.out = alone;
                task.heads = 1;
                task.tokens = 1;
                for (int t = 0; t < tokens; t++) {
                    for (int h = 0; h < heads; h++) {
                        task.firstToken = 2 + t;
                        task.firstPosition = 100 + t;
                        task.firstHead = 6 - heads + h;
                        vector.attention(task);
                    }
                }
                assertEquals(-1, together.mismatch(alone), heads + " heads, window " + window);
            }
        }
    }

    @Test
    void whatARowMayNotSeeCannotReachIt() {
        AttentionTask task = task(64, 16, 20);
        task.firstHead = 3;
        task.heads = 2;
        task.tokens = 1;
        task.firstPosition = 101;
        task.window = 30;
        MemorySegment clean = sample.zeros(task.q.byteSize() / 4);
        task.out = clean;
        vector.attention(task);
        for (int p = 0; p < 320; p++) {
            if (p < 72 || p > 101) {
                for (int d = 0; d < 64; d++) {
                    poison(task, p, d);
                }
            }
        }
        MemorySegment found = sample.zeros(task.q.byteSize() / 4);
        task.out = found;
        vector.attention(task);
        assertEquals(-1, clean.mismatch(found));
    }

    private static void poison(AttentionTask task, int position, int d) {
        long block = task.blockTable[task.tableOffset + position / 16];
        long place = (block * task.kvHeads + task.kvHead) * 16 * 64;
        task.keys.setAtIndex(ValueLayout.JAVA_FLOAT, place + d * 16L + position % 16, Float.NaN);
        task.values.setAtIndex(
                ValueLayout.JAVA_FLOAT, place + position % 16 * 64L + d, Float.POSITIVE_INFINITY);
    }

    /** Six query heads and two key/value heads, of which the second is read; 40 tokens. */
    private AttentionTask task(int headDim, int blockSize, int blocks) {
        AttentionTask task = new AttentionTask();
        task.queryWidth = 6 * headDim;
        task.kvHeads = 2;
        task.kvHead = 1;
        task.headDim = headDim;
        task.blockSize = blockSize;
        task.scale = (float) (1 / Math.sqrt(headDim));
        task.q = sample.floats(40L * task.queryWidth);
        long floats = (blocks + 3L) * task.kvHeads * blockSize * headDim;
        task.keys = sample.floats(floats + KvCache.SLACK / 4);
        task.values = sample.floats(floats + KvCache.SLACK / 4);
        task.blockTable = new int[blocks + 1];
        for (int i = 0; i < blocks; i++) {
            task.blockTable[1 + i] = blocks + 2 - i;
        }
        task.tableOffset = 1;
        task.scratch = sample.floats(vector.attentionScratch(headDim, blockSize) + 5);
        task.scratchOffset = 5;
        return task;
    }
}
