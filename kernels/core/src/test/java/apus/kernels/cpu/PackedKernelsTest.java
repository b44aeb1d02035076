package apus.kernels.cpu;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import apus.format.Block;
import apus.format.DType;
import apus.format.Dequant;
import apus.format.Format;
import apus.format.Fp8;
import apus.format.Mxfp4;
import apus.format.PairTiled;
import apus.format.Plain;
import apus.format.QuadTiled;
import apus.format.Tiled;
import apus.format.Weight;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Products with packed weights against the same numbers widened one by one. */
final class PackedKernelsTest {
    private static final int ROWS = 11;
    private static final int COLS = 96;
    private static final int TOKENS = 3;

    static List<Format> formats() {
        return List.of(
                new Fp8(ROWS, COLS),
                new Fp8(1, COLS),
                new Fp8(4, 40),
                new Block(32, DType.F16, false),
                new Block(48, DType.BF16, false),
                new Block(96, DType.F16, true),
                new Block(32, DType.F16, true),
                new Mxfp4());
    }

    @ParameterizedTest
    @MethodSource("formats")
    void productsAreThoseOfTheWidenedNumbers(Format format) {
        Random random = new Random(3);
        try (Arena arena = Arena.ofConfined()) {
            Weight w = weight(format, random, arena);
            MemorySegment x = arena.allocate(JAVA_FLOAT, TOKENS * COLS);
            MemorySegment bias = arena.allocate(JAVA_FLOAT, ROWS);
            MemorySegment y = arena.allocate(JAVA_FLOAT, TOKENS * ROWS);
            for (int i = 0; i < TOKENS * COLS; i++) {
                x.setAtIndex(JAVA_FLOAT, i, (float) random.nextGaussian());
            }
            for (int i = 0; i < ROWS; i++) {
                bias.setAtIndex(JAVA_FLOAT, i, (float) random.nextGaussian());
            }
            y.setAtIndex(JAVA_FLOAT, 0, 77);
            new ScalarKernels().matmul(x, TOKENS, w, bias, 1, ROWS, y, MemorySegment.NULL, 0);
            assertEquals(77, y.getAtIndex(JAVA_FLOAT, 0), "rows outside the range stay");
            float[] row = new float[COLS];
            for (int r = 1; r < ROWS; r++) {
                Dequant.row(w, r, row);
                for (int t = 0; t < TOKENS; t++) {
                    double wanted = bias.getAtIndex(JAVA_FLOAT, r);
                    double size = Math.abs(wanted);
                    for (int c = 0; c < COLS; c++) {
                        double term = (double) row[c] * x.getAtIndex(JAVA_FLOAT, t * COLS + c);
                        wanted += term;
                        size += Math.abs(term);
                    }
                    assertEquals(
                            wanted,
                            y.getAtIndex(JAVA_FLOAT, t * ROWS + r),
                            size * 1e-5,
                            "token " + t + " row " + r);
                }
            }
        }
    }

    private static Weight weight(Format format, Random random, Arena arena) {
        MemorySegment none = MemorySegment.NULL;
        return switch (format) {
            case Fp8 fp8 -> {
                int tiles = Math.ceilDiv(ROWS, fp8.tileRows()) * fp8.tilesAcross(COLS);
                MemorySegment scales = arena.allocate(JAVA_FLOAT, tiles);
                for (int i = 0; i < tiles; i++) {
                    scales.setAtIndex(JAVA_FLOAT, i, 0.01f + random.nextFloat());
                }
                // 0x7F and 0xFF are no numbers.
                MemorySegment data = bytes(arena, random, ROWS * COLS, 0x7E);
                yield new Weight("w", format, ROWS, COLS, data, scales, none, none);
            }
            case Block block -> {
                int groups = ROWS * COLS / block.size();
                MemorySegment scales = arena.allocate(groups * 2L, 2);
                for (int i = 0; i < groups; i++) {
                    float scale = 0.01f + random.nextFloat();
                    short bits =
                            block.scaleType() == DType.F16
                                    ? Float.floatToFloat16(scale)
                                    : (short) (Float.floatToIntBits(scale) >>> 16);
                    scales.setAtIndex(java.lang.foreign.ValueLayout.JAVA_SHORT, i, bits);
                }
                MemorySegment order = none;
                if (block.ordered()) {
                    // 35 and 96 have no common divisor: every input comes once.
                    order = arena.allocate(JAVA_INT, COLS);
                    for (int c = 0; c < COLS; c++) {
                        order.setAtIndex(JAVA_INT, c, c * 35 % COLS);
                    }
                }
                yield new Weight(
                        "w",
                        format,
                        ROWS,
                        COLS,
                        bytes(arena, random, ROWS * COLS / 2, 0xFF),
                        scales,
                        bytes(arena, random, groups, 0x10),
                        order);
            }
            case Mxfp4() ->
                    new Weight(
                            "w",
                            format,
                            ROWS,
                            COLS,
                            bytes(arena, random, ROWS * COLS / 2, 0xFF),
                            bytes(arena, random, ROWS * COLS / Mxfp4.SIZE, 0x7F),
                            none,
                            none);
            case Plain _, Tiled _, PairTiled _, QuadTiled _ ->
                    throw new IllegalArgumentException("not packed");
        };
    }

    private static MemorySegment bytes(Arena arena, Random random, int count, int most) {
        MemorySegment bytes = arena.allocate(count, 1);
        for (int i = 0; i < count; i++) {
            bytes.set(JAVA_BYTE, i, (byte) random.nextInt(most + 1));
        }
        return bytes;
    }
}
