package apus.kernels.cpu.tile;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import apus.format.DType;
import apus.format.Dequant;
import apus.format.HalfFloats;
import apus.format.PairTiled;
import apus.format.Plain;
import apus.format.QuadTiled;
import apus.format.Weight;
import apus.kernels.ActivationPrecision;
import apus.kernels.DeviceException;
import apus.kernels.Quantization;
import apus.kernels.cpu.CpuKernels;
import apus.kernels.cpu.CpuKernels.Layout;
import apus.kernels.cpu.Packing;
import apus.kernels.cpu.Sample;
import apus.kernels.cpu.ScalarKernels;
import apus.kernels.cpu.Tolerance;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Products on tiles against the scalar ones, on sizes that leave tails everywhere. */
final class TileKernelsTest {
    private static final int[] TOKENS = {1, 2, 15, 16, 17, 31, 32, 33, 48, 71};

    private final CpuKernels scalar = new ScalarKernels();
    private final Sample sample = new Sample(17);

    static Stream<Arguments> weights() {
        return Stream.of(Machines.values())
                .flatMap(machine ->
                        Stream.of(DType.BF16, DType.F16, DType.F32)
                                .flatMap(type ->
                                        Stream.of(1, 7, 31, 32, 33, 64, 97, 211)
                                                .map(cols -> Arguments.of(machine, type, cols))));
    }

    private static CpuKernels kernels(Machines machine, ActivationPrecision precision) {
        Optional<String> missing = machine.missing();
        assumeTrue(missing.isEmpty(), missing.orElse(""));
        return machine.kernels(precision, new ScalarKernels());
    }

    private static Weight packed(Weight w, DType type) {
        Weight out = PairTiler.empty(w, type, Arena.ofAuto());
        for (int g = 0; g < PairTiled.groups(w.rows()); g++) {
            PairTiler.fill(w, type, out, g);
        }
        return out;
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
    void matmulIsTheScalarOneWithinRounding(Machines machine, DType type, int cols) {
        CpuKernels tiles = kernels(machine, ActivationPrecision.FLOAT32);
        int[][] rows = {{37, 3, 32}, {75, 0, 75}, {64, 32, 64}, {100, 60, 97}};
        for (int i = 0; i < TOKENS.length; i++) {
            int tokens = TOKENS[i];
            int[] r = rows[i % rows.length];
            Weight w = sample.weight(type, r[0], cols, tokens % 4);
            MemorySegment x = sample.floats((long) tokens * cols);
            MemorySegment bias = tokens % 2 == 0 ? sample.floats(r[0]) : MemorySegment.NULL;
            // Filled alike, so that an output beyond the given rows is seen.
            MemorySegment wanted = sample.floats((long) tokens * r[0]);
            MemorySegment found = sample.copy(wanted);
            product(scalar, x, tokens, w, bias, r[1], r[2], wanted);
            product(tiles, x, tokens, packed(w, type), bias, r[1], r[2], found);
            Tolerance.MATMUL.check(
                    wanted, found, type + " " + cols + " columns, " + tokens + " tokens");
        }
        tiles.release();
    }

    @ParameterizedTest
    @MethodSource("weights")
    void asBfloat16ItIsTheScalarOneOfRoundedInputs(Machines machine, DType type, int cols) {
        CpuKernels tiles = kernels(machine, ActivationPrecision.BF16);
        for (int tokens : new int[] {1, 17, 33}) {
            Weight w = sample.weight(type, 45, cols, 0);
            MemorySegment x = sample.floats((long) tokens * cols);
            MemorySegment rounded = sample.copy(x);
            for (long i = 0; i < (long) tokens * cols; i++) {
                short part = Parts.first(x.getAtIndex(JAVA_FLOAT, i));
                rounded.setAtIndex(JAVA_FLOAT, i, HalfFloats.bf16(part));
            }
            MemorySegment wanted = sample.zeros(tokens * 45L);
            MemorySegment found = sample.zeros(tokens * 45L);
            product(scalar, rounded, tokens, w, MemorySegment.NULL, 0, 45, wanted);
            product(tiles, x, tokens, packed(w, type), MemorySegment.NULL, 0, 45, found);
            Tolerance.MATMUL.check(wanted, found, type + " " + cols + ", " + tokens + " tokens");
        }
        tiles.release();
    }

    @ParameterizedTest
    @MethodSource("weights")
    void aTokenOfAProductDoesNotDependOnTheTokensBesideIt(Machines machine, DType type, int cols) {
        for (ActivationPrecision precision : ActivationPrecision.values()) {
            CpuKernels tiles = kernels(machine, precision);
            int rows = 70;
            int most = 80;
            Weight w = packed(sample.weight(type, rows, cols, 1), type);
            MemorySegment x = sample.floats((long) most * cols);
            MemorySegment bias = cols % 2 == 0 ? sample.floats(rows) : MemorySegment.NULL;
            MemorySegment alone = sample.zeros((long) most * rows);
            for (int t = 0; t < most; t++) {
                MemorySegment token = x.asSlice(4L * t * cols);
                product(tiles, token, 1, w, bias, 0, rows, alone.asSlice(4L * t * rows));
            }
            for (int tokens : new int[] {2, 15, 17, 32, 33, 80}) {
                MemorySegment together = sample.zeros((long) most * rows);
                product(tiles, x, tokens, w, bias, 0, 40, together);
                product(tiles, x, tokens, w, bias, 40, rows, together);
                long bytes = 4L * tokens * rows;
                assertEquals(
                        -1,
                        alone.asSlice(0, bytes).mismatch(together.asSlice(0, bytes)),
                        precision + " " + type + " " + cols + ", " + tokens + " tokens");
            }
            tiles.release();
        }
    }

    @Test
    void thePackedFormHoldsTheSameNumbers() {
        for (DType type : List.of(DType.BF16, DType.F16, DType.F32)) {
            Weight w = sample.weight(type, 37, 67, 2);
            Weight packed = packed(w, type);
            float[] wanted = new float[67];
            float[] found = new float[67];
            for (int r = 0; r < 37; r++) {
                Dequant.row(w, r, wanted);
                Dequant.row(packed, r, found);
                assertArrayEquals(wanted, found, type + " row " + r);
            }
            MemorySegment x = sample.floats(2 * 67);
            MemorySegment plain = sample.zeros(2 * 37);
            MemorySegment tiled = sample.zeros(2 * 37);
            product(scalar, x, 2, w, MemorySegment.NULL, 0, 37, plain);
            product(scalar, x, 2, packed, MemorySegment.NULL, 0, 37, tiled);
            assertEquals(-1, plain.mismatch(tiled), type.toString());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"INT8", "INT4"})
    void integersInFoursAreTheSameNumbers(Quantization form) {
        CpuKernels plain = new ScalarKernels();
        CpuKernels tiles = kernels(Machines.INTERPRETER, ActivationPrecision.FLOAT32);
        Weight w = sample.weight(DType.BF16, 75, 96, 0);
        Weight wanted = Packing.quantized(w, form, plain, Arena.ofAuto());
        Weight found = Packing.quantized(w, form, tiles, Arena.ofAuto());
        assertInstanceOf(QuadTiled.class, found.format());
        float[] a = new float[96];
        float[] b = new float[96];
        for (int r = 0; r < 75; r++) {
            Dequant.row(wanted, r, a);
            Dequant.row(found, r, b);
            assertArrayEquals(a, b, "row " + r);
        }
        tiles.release();
    }

    static Stream<Machines> machines() {
        return Stream.of(Machines.values());
    }

    @ParameterizedTest
    @MethodSource("machines")
    void numbersAtTheEdgesComeOutAsTheyShould(Machines machine) {
        CpuKernels tiles = kernels(machine, ActivationPrecision.FLOAT32);
        float[] edges = {
            Float.MAX_VALUE, -Float.MAX_VALUE, Float.POSITIVE_INFINITY, Float.NaN, 0x1p-120f, -0.0f
        };
        MemorySegment data = sample.zeros(16);
        data.set(JAVA_FLOAT, 0, Float.intBitsToFloat(0x00003F80)); // bfloat16 1, then zeros
        Weight w = new Weight("w", new Plain(DType.BF16), 1, 32, data);
        for (float edge : edges) {
            MemorySegment x = sample.zeros(32);
            x.set(JAVA_FLOAT, 0, edge);
            MemorySegment y = sample.zeros(1);
            product(tiles, x, 1, packed(w, DType.BF16), MemorySegment.NULL, 0, 1, y);
            if (edge != 0 && !Float.isInfinite(edge) && !Float.isNaN(edge)) {
                assertEquals(edge, y.get(JAVA_FLOAT, 0));
            } else {
                assertEquals(edge + 0.0f, y.get(JAVA_FLOAT, 0));
            }
        }
        tiles.release();
    }

    static Stream<Arguments> integers() {
        return Stream.of(Machines.values())
                .flatMap(machine ->
                        Stream.of(Quantization.INT8, Quantization.INT4)
                                .flatMap(form ->
                                        Stream.of(32, 64, 544, 1056)
                                                .map(cols -> Arguments.of(machine, form, cols))));
    }

    private Weight quads(CpuKernels tiles, Quantization form, int rows, int cols) {
        Weight plain = sample.weight(DType.BF16, rows, cols, 0);
        Weight w = Packing.quantized(plain, form, tiles, Arena.ofAuto());
        assertInstanceOf(QuadTiled.class, w.format());
        return w;
    }

    @ParameterizedTest
    @MethodSource("integers")
    void productsWithIntegersAreTheScalarOnesWithinRounding(
            Machines machine, Quantization form, int cols) {
        for (ActivationPrecision precision : ActivationPrecision.values()) {
            CpuKernels tiles = kernels(machine, precision);
            int[][] rows = {{37, 3, 32}, {75, 0, 75}, {128, 64, 128}, {140, 60, 137}};
            for (int i = 0; i < TOKENS.length; i++) {
                int tokens = TOKENS[i];
                int[] r = rows[i % rows.length];
                Weight w = quads(tiles, form, r[0], cols);
                MemorySegment x = sample.floats((long) tokens * cols);
                MemorySegment bias = tokens % 2 == 0 ? sample.floats(r[0]) : MemorySegment.NULL;
                MemorySegment wanted = sample.floats((long) tokens * r[0]);
                MemorySegment found = sample.copy(wanted);
                product(scalar, x, tokens, w, bias, r[1], r[2], wanted);
                product(tiles, x, tokens, w, bias, r[1], r[2], found);
                Tolerance tolerance =
                        precision == ActivationPrecision.FLOAT32
                                ? Tolerance.MATMUL
                                : Tolerance.MATMUL_15_BITS;
                tolerance.check(wanted, found, cols + " columns, " + tokens + " tokens");
            }
            tiles.release();
        }
    }

    @ParameterizedTest
    @MethodSource("integers")
    void aTokenOfAProductWithIntegersDoesNotDependOnTheTokensBesideIt(
            Machines machine, Quantization form, int cols) {
        for (ActivationPrecision precision : ActivationPrecision.values()) {
            CpuKernels tiles = kernels(machine, precision);
            int rows = 100;
            int most = 50;
            Weight w = quads(tiles, form, rows, cols);
            MemorySegment x = sample.floats((long) most * cols);
            MemorySegment none = MemorySegment.NULL;
            MemorySegment alone = sample.zeros((long) most * rows);
            for (int t = 0; t < most; t++) {
                MemorySegment token = x.asSlice(4L * t * cols);
                product(tiles, token, 1, w, none, 0, rows, alone.asSlice(4L * t * rows));
            }
            for (int tokens : new int[] {2, 16, 17, 33, 50}) {
                MemorySegment together = sample.zeros((long) most * rows);
                product(tiles, x, tokens, w, none, 0, 70, together);
                product(tiles, x, tokens, w, none, 70, rows, together);
                long length = 4L * tokens * rows;
                assertEquals(
                        -1,
                        alone.asSlice(0, length).mismatch(together.asSlice(0, length)),
                        precision + " " + cols + ", " + tokens + " tokens");
            }
            tiles.release();
        }
    }

    @ParameterizedTest
    @MethodSource("machines")
    void bytesTimesInputsOfAnySize(Machines machine) {
        CpuKernels tiles = kernels(machine, ActivationPrecision.FLOAT32);
        Weight w = quads(tiles, Quantization.INT8, 40, 64);
        for (float factor : new float[] {0x1p-90f, 0x1p-30f, 1, 0x1p60f, 0x1p110f}) {
            MemorySegment x = sample.floats(64);
            scalar.scale(x, 0, factor, 64);
            MemorySegment wanted = sample.zeros(40);
            MemorySegment found = sample.zeros(40);
            product(scalar, x, 1, w, MemorySegment.NULL, 0, 40, wanted);
            product(tiles, x, 1, w, MemorySegment.NULL, 0, 40, found);
            Tolerance.MATMUL.check(wanted, found, "factor " + factor);
        }
        MemorySegment zeros = sample.zeros(64);
        MemorySegment found = sample.floats(40);
        product(tiles, zeros, 1, w, MemorySegment.NULL, 0, 40, found);
        assertEquals(-1, sample.zeros(40).mismatch(found));
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
            MemorySegment x = sample.floats(64);
            x.setAtIndex(JAVA_FLOAT, 40, bad);
            product(tiles, x, 1, w, MemorySegment.NULL, 0, 40, found);
            for (int r = 0; r < 40; r++) {
                assertTrue(Float.isNaN(found.getAtIndex(JAVA_FLOAT, r)), bad + " row " + r);
            }
        }
        tiles.release();
    }

    /** A processor that adds a little to the first output of every call. */
    private static final class Faulty implements Processor {
        private final Processor real = new Interpreter();
        private int open;

        @Override
        public Code load(byte[] code) throws Host.Refused {
            Code loaded = real.load(code);
            open++;
            return new Code() {
                @Override
                public void call(
                        MemorySegment a,
                        MemorySegment b,
                        MemorySegment c,
                        MemorySegment d,
                        long number) {
                    loaded.call(a, b, c, d, number);
                    long last = d.byteSize() / 4 - 1;
                    d.setAtIndex(JAVA_FLOAT, last, d.getAtIndex(JAVA_FLOAT, last) + 1);
                }

                @Override
                public void close() {
                    loaded.close();
                    open--;
                }
            };
        }

        @Override
        public String description() {
            return "a faulty one";
        }
    }

    @Test
    void aProcessorThatComputesWronglyIsRefused() {
        for (ActivationPrecision precision : ActivationPrecision.values()) {
            Faulty faulty = new Faulty();
            DeviceException refused =
                    assertThrows(
                            DeviceException.class,
                            () -> TileKernels.open(new FakeHost(), faulty, precision, scalar));
            assertTrue(
                    refused.getMessage().contains("a small product is wrong"),
                    refused.getMessage());
            assertEquals(0, faulty.open);
        }
    }

    @Test
    void everyRefusedStepIsAReasonAndLeavesNothing() {
        for (String step : List.of("flags", "tiles")) {
            FakeHost host = new FakeHost();
            host.refusing = step;
            Faulty processor = new Faulty();
            DeviceException refused =
                    assertThrows(
                            DeviceException.class,
                            () ->
                                    TileKernels.open(
                                            host, processor, ActivationPrecision.FLOAT32, scalar));
            assertEquals("tile kernels cannot serve: no " + step + " today", refused.getMessage());
            assertEquals(0, processor.open);
        }
    }

    /** Pages run out at every possible call. */
    @Test
    void codesAreClosedWhenAnotherIsRefused() {
        for (int n = 0; n < 8; n++) {
            int granted = n;
            List<Processor.Code> open = new ArrayList<>();
            Processor limited =
                    new Processor() {
                        private int loads;

                        @Override
                        public Code load(byte[] code) throws Host.Refused {
                            if (loads++ == granted) {
                                throw new Host.Refused("no more pages");
                            }
                            Code loaded = new Interpreter().load(code);
                            open.add(loaded);
                            return new Code() {
                                @Override
                                public void call(
                                        MemorySegment a,
                                        MemorySegment b,
                                        MemorySegment c,
                                        MemorySegment d,
                                        long number) {
                                    loaded.call(a, b, c, d, number);
                                }

                                @Override
                                public void close() {
                                    open.remove(loaded);
                                }
                            };
                        }

                        @Override
                        public String description() {
                            return "a small one";
                        }
                    };
            DeviceException refused =
                    assertThrows(
                            DeviceException.class,
                            () ->
                                    TileKernels.open(
                                            new FakeHost(),
                                            limited,
                                            ActivationPrecision.FLOAT32,
                                            scalar));
            assertTrue(refused.getMessage().contains("no more pages"));
            assertEquals(List.of(), open);
        }
    }

    @Test
    void aProductBeyondItsSegmentsIsRefusedBeforeItRuns() {
        CpuKernels tiles = kernels(Machines.INTERPRETER, ActivationPrecision.FLOAT32);
        Weight w = packed(sample.weight(DType.BF16, 40, 50, 0), DType.BF16);
        MemorySegment scratch = sample.zeros(tiles.matmulScratch(w));
        MemorySegment x = sample.zeros(tiles.arrangedFloats(3, 50));
        MemorySegment y = sample.zeros(3 * 40);
        MemorySegment none = MemorySegment.NULL;
        tiles.matmul(x, 3, w, none, 0, 40, y, scratch, 0);
        assertThrows(
                IndexOutOfBoundsException.class,
                () -> tiles.matmul(x, 4, w, none, 0, 40, y, scratch, 0));
        assertThrows(
                IndexOutOfBoundsException.class,
                () -> tiles.matmul(x, 3, w, none, 0, 40, y.asSlice(4), scratch, 0));
        assertThrows(
                IndexOutOfBoundsException.class,
                () -> tiles.matmul(x, 3, w, none, 0, 80, y, scratch, 0));
        assertThrows(
                IndexOutOfBoundsException.class,
                () -> tiles.matmul(x, 3, w, none, 0, 40, y, scratch.asSlice(0, 100), 0));
    }
}
