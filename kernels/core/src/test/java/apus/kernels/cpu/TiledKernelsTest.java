package apus.kernels.cpu;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.format.Block;
import apus.format.DType;
import apus.format.Dequant;
import apus.format.Format;
import apus.format.Fp8;
import apus.format.ModelFormatException;
import apus.format.Mxfp4;
import apus.format.PairTiled;
import apus.format.Plain;
import apus.format.QuadTiled;
import apus.format.Tiled;
import apus.format.Tiled.Code;
import apus.format.Weight;
import apus.kernels.ExecutorOptions.CpuChoice;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Matrices quantised into tiles, and products with them. */
final class TiledKernelsTest {
    private static final CpuKernels SCALAR = new ScalarKernels();
    private static final CpuKernels VECTOR = KernelChoice.of(CpuChoice.VECTOR).kernels();
    private final Sample sample = new Sample(17);

    static Stream<Arguments> sizes() {
        return Stream.of(Code.INT8, Code.INT4)
                .flatMap(code ->
                        IntStream.of(1, 7, 8, 31, 32, 33, 97, 300, 1031, 2080)
                                .mapToObj(cols -> Arguments.of(code, cols)));
    }

    private static Weight tiled(Weight w, Code code, CpuKernels kernels) {
        try (Workers workers = new Workers(2)) {
            return new Quantizer(code, kernels.tileRows(), workers, Arena.ofAuto()).quantize(w);
        }
    }

    /** What the vector kernels want of an input to w. */
    private MemorySegment arranged(MemorySegment x, int tokens, Weight w) {
        CpuKernels.Layout layout = VECTOR.layout(w);
        if (layout == CpuKernels.Layout.ROWS) {
            return x;
        }
        MemorySegment out = sample.floats(VECTOR.arrangedFloats(tokens, w.cols()));
        int group = VECTOR.tokenGroup();
        for (int t = 0; t < tokens; t += group) {
            VECTOR.arrange(layout, x, tokens, w.cols(), t, Math.min(tokens, t + group), out);
        }
        return out;
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void scalarProductsAreThoseOfTheWidenedNumbers(Code code, int cols) {
        int rows = 70;
        Weight w = tiled(sample.weight(DType.BF16, rows, cols, 1), code, SCALAR);
        MemorySegment x = sample.floats(2L * cols);
        MemorySegment bias = sample.floats(rows);
        MemorySegment y = sample.floats(2L * rows);
        float untouched = y.getAtIndex(JAVA_FLOAT, 0);
        SCALAR.matmul(x, 2, w, bias, 1, rows, y, MemorySegment.NULL, 0);
        assertEquals(untouched, y.getAtIndex(JAVA_FLOAT, 0), "rows outside the range stay");
        float[] row = new float[cols];
        for (int r = 1; r < rows; r++) {
            Dequant.row(w, r, row);
            for (int t = 0; t < 2; t++) {
                double wanted = bias.getAtIndex(JAVA_FLOAT, r);
                double size = Math.abs(wanted);
                for (int c = 0; c < cols; c++) {
                    double term = (double) row[c] * x.getAtIndex(JAVA_FLOAT, (long) t * cols + c);
                    wanted += term;
                    size += Math.abs(term);
                }
                float found = y.getAtIndex(JAVA_FLOAT, (long) t * rows + r);
                assertEquals(wanted, found, size * 1e-5, "token " + t + " row " + r);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void vectorProductsAreTheScalarOnesWithinRoundingAndDoNotDependOnTheBatch(Code code, int cols) {
        int rows = 150;
        int most = 101;
        Weight plain = sample.weight(DType.BF16, rows, cols, 0);
        Weight vector = tiled(plain, code, VECTOR);
        Weight scalar = tiled(plain, code, SCALAR);
        MemorySegment x = sample.floats((long) most * cols);
        MemorySegment scratch = sample.floats(VECTOR.matmulScratch(vector) + 3);
        MemorySegment bias = sample.floats(rows);
        MemorySegment alone = sample.zeros((long) most * rows);
        for (int t = 0; t < most; t++) {
            MemorySegment one = x.asSlice(t * 4L * cols, 4L * cols);
            MemorySegment y = alone.asSlice(t * 4L * rows, 4L * rows);
            VECTOR.matmul(arranged(one, 1, vector), 1, vector, bias, 0, rows, y, scratch, 3);
        }
        for (int tokens : new int[] {1, 2, 3, 6, 7, 12, 17, 96, most}) {
            MemorySegment wanted = sample.floats((long) tokens * rows);
            MemorySegment found = sample.copy(wanted);
            SCALAR.matmul(x, tokens, scalar, bias, 5, 140, wanted, MemorySegment.NULL, 0);
            MemorySegment input = arranged(x, tokens, vector);
            // In two parts that meet within a tile.
            VECTOR.matmul(input, tokens, vector, bias, 5, 70, found, scratch, 3);
            VECTOR.matmul(input, tokens, vector, bias, 70, 140, found, scratch, 3);
            Tolerance.MATMUL.check(wanted, found, code + ", " + cols + " columns, " + tokens);
            for (int t = 0; t < tokens; t++) {
                for (int r = 5; r < 140; r++) {
                    long i = (long) t * rows + r;
                    assertEquals(
                            alone.getAtIndex(JAVA_FLOAT, i),
                            found.getAtIndex(JAVA_FLOAT, i),
                            0,
                            "token " + t + " of " + tokens + " row " + r);
                }
            }
        }
    }

    static Stream<Arguments> packed() {
        return Stream.of(
                Arguments.of(new Block(8, DType.F16, false), 640),
                Arguments.of(new Block(40, DType.BF16, true), 640),
                Arguments.of(new Block(128, DType.F16, true), 640),
                Arguments.of(new Block(320, DType.BF16, false), 640),
                Arguments.of(new Block(640, DType.F16, true), 640),
                Arguments.of(new Mxfp4(), 32),
                Arguments.of(new Mxfp4(), 2080),
                Arguments.of(new Fp8(1, 300), 300),
                Arguments.of(new Fp8(1000, 1000), 7),
                Arguments.of(new Fp8(150, 1031), 1031),
                Arguments.of(new Fp8(128, 128), 1030),
                Arguments.of(new Fp8(3, 33), 100));
    }

    private Weight stored(Format format, int rows, int cols) {
        return switch (format) {
            case Block block -> sample.block(block, rows, cols);
            case Fp8 fp8 -> sample.fp8(fp8, rows, cols);
            case Mxfp4 _ -> sample.mxfp4(rows, cols);
            case Plain _, Tiled _, PairTiled _, QuadTiled _ ->
                    throw new IllegalArgumentException("not packed: " + format);
        };
    }

    private static Weight tiled(Weight stored) {
        try (Workers workers = new Workers(2)) {
            Arena arena = Arena.ofAuto();
            FloatTiler floats = new FloatTiler(VECTOR.tileRows(), workers, arena);
            return switch (stored.format()) {
                case Fp8 fp8 -> floats.tile(stored, fp8).orElseThrow();
                case Mxfp4 mxfp4 -> floats.tile(stored, mxfp4);
                default -> new BlockTiler(VECTOR.tileRows(), workers, arena).tile(stored);
            };
        }
    }

    /** Forms of checkpoints against the plain loops over them as stored. */
    @ParameterizedTest
    @MethodSource("packed")
    void tiledMatricesAreTheStoredOnesAndDoNotDependOnTheBatch(Format format, int cols) {
        int rows = 150;
        int most = 13;
        Weight stored = stored(format, rows, cols);
        Weight w = tiled(stored);
        float[] a = new float[cols];
        float[] b = new float[cols];
        for (int r = 0; r < rows; r++) {
            Dequant.row(stored, r, a);
            Dequant.row(w, r, b);
            assertArrayEquals(a, b, "row " + r);
        }
        MemorySegment x = sample.floats((long) most * cols);
        MemorySegment scratch = sample.floats(VECTOR.matmulScratch(w) + 3);
        MemorySegment alone = sample.zeros((long) most * rows);
        for (int t = 0; t < most; t++) {
            MemorySegment one = x.asSlice(t * 4L * cols, 4L * cols);
            MemorySegment y = alone.asSlice(t * 4L * rows, 4L * rows);
            VECTOR.matmul(arranged(one, 1, w), 1, w, MemorySegment.NULL, 0, rows, y, scratch, 3);
        }
        for (int tokens : new int[] {1, 2, 3, most}) {
            MemorySegment wanted = sample.zeros((long) tokens * rows);
            MemorySegment found = sample.zeros((long) tokens * rows);
            SCALAR.matmul(x, tokens, stored, MemorySegment.NULL, 0, rows, wanted, scratch, 0);
            VECTOR.matmul(
                    arranged(x, tokens, w),
                    tokens,
                    w,
                    MemorySegment.NULL,
                    0,
                    rows,
                    found,
                    scratch,
                    3);
            Tolerance.MATMUL.check(wanted, found, format + " of " + tokens);
            for (long i = 0; i < (long) tokens * rows; i++) {
                assertEquals(alone.getAtIndex(JAVA_FLOAT, i), found.getAtIndex(JAVA_FLOAT, i), 0);
            }
        }
    }

    @Test
    void everyByteThatIsANumberAndEveryHalfOneKeepItsValue() {
        // One row per number, and an input of one 1: the product is the number.
        Weight bytes = sample.fp8(new Fp8(256, 256), 256, 256);
        Weight halves = sample.mxfp4(256, 256);
        for (int r = 0; r < 256; r++) {
            for (int c = 0; c < 256; c++) {
                byte number = (byte) ((r & 0x7F) == 0x7F ? 0 : r);
                bytes.data().set(JAVA_BYTE, r * 256L + c, number);
            }
            for (int i = 0; i < 128; i++) {
                halves.data().set(JAVA_BYTE, r * 128L + i, (byte) (r * 0x11));
            }
        }
        for (Weight stored : new Weight[] {bytes, halves}) {
            Weight w = tiled(stored);
            MemorySegment scratch = sample.floats(VECTOR.matmulScratch(w));
            MemorySegment x = sample.zeros(256);
            x.setAtIndex(JAVA_FLOAT, 77, 1);
            MemorySegment y = sample.floats(256);
            MemorySegment none = MemorySegment.NULL;
            VECTOR.matmul(arranged(x, 1, w), 1, w, none, 0, 256, y, scratch, 0);
            float[] row = new float[256];
            for (int r = 0; r < 256; r++) {
                Dequant.row(stored, r, row);
                assertEquals(row[77], y.getAtIndex(JAVA_FLOAT, r), 0, stored.format() + " " + r);
            }
        }
    }

    @Test
    void bytesThatAreNoNumbersAreNotTiled() {
        Weight w = sample.fp8(new Fp8(1, 64), 5, 64);
        w.data().set(JAVA_BYTE, 4 * 64 + 3, (byte) 0xFF);
        try (Workers workers = new Workers(2)) {
            FloatTiler tiler = new FloatTiler(VECTOR.tileRows(), workers, Arena.ofAuto());
            assertTrue(tiler.tile(w, new Fp8(1, 64)).isEmpty());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"INT8", "INT4"})
    void everyPlainTypeIsQuantisedAlike(Code code) {
        // Numbers that all three types hold exactly.
        Weight bf16 = sample.weight(DType.BF16, 9, 64, 0);
        float[] row = new float[64];
        MemorySegment f32 = sample.zeros(9 * 64);
        for (int r = 0; r < 9; r++) {
            Dequant.row(bf16, r, row);
            MemorySegment.copy(row, 0, f32, JAVA_FLOAT, r * 256L, 64);
        }
        Weight same = new Weight("w", new Plain(DType.F32), 9, 64, f32);
        float[] other = new float[64];
        for (int r = 0; r < 9; r++) {
            Dequant.row(tiled(bf16, code, VECTOR), r, row);
            Dequant.row(tiled(same, code, SCALAR), r, other);
            assertArrayEquals(row, other);
        }
    }

    @Test
    void errorsAreSummedOverAllMatrices() {
        try (Workers workers = new Workers(2);
                Arena arena = Arena.ofShared()) {
            Quantizer eight = new Quantizer(Code.INT8, 64, workers, arena);
            Quantizer four = new Quantizer(Code.INT4, 64, workers, arena);
            assertEquals(0, eight.relativeError());
            double error = 0;
            double squares = 0;
            for (int cols : new int[] {512, 100}) {
                Weight w = sample.weight(DType.F16, 130, cols, 0);
                Weight q = four.quantize(w);
                eight.quantize(w);
                float[] a = new float[cols];
                float[] b = new float[cols];
                for (int r = 0; r < 130; r++) {
                    Dequant.row(w, r, a);
                    Dequant.row(q, r, b);
                    for (int c = 0; c < cols; c++) {
                        error += (a[c] - b[c]) * (a[c] - b[c]);
                        squares += a[c] * a[c];
                    }
                }
            }
            assertEquals(Math.sqrt(error / squares), four.relativeError(), 1e-5);
            // Normally distributed numbers: half a step of max / 127 over sqrt(3), and of 16 steps.
            assertTrue(eight.relativeError() < 0.006, "8 bits: " + eight.relativeError());
            assertTrue(four.relativeError() < 0.09, "4 bits: " + four.relativeError());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"INT8", "INT4"})
    void aNumberThatIsNoneIsRefusedByName(Code code) {
        for (float bad : new float[] {Float.NaN, Float.NEGATIVE_INFINITY}) {
            MemorySegment data = sample.floats(3 * 40);
            data.setAtIndex(JAVA_FLOAT, 2 * 40 + 35, bad);
            Weight w = new Weight("layer.w", new Plain(DType.F32), 3, 40, data);
            String message =
                    assertThrows(ModelFormatException.class, () -> tiled(w, code, VECTOR))
                            .getMessage();
            assertTrue(message.startsWith("layer.w: row 2 "), message);
        }
    }
}
