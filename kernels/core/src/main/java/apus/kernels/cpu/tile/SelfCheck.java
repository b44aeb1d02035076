package apus.kernels.cpu.tile;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import apus.format.DType;
import apus.format.PairTiled;
import apus.format.Plain;
import apus.format.QuadTiled;
import apus.format.Tiled.Code;
import apus.format.Weight;
import apus.kernels.cpu.CpuKernels;
import apus.kernels.cpu.ScalarKernels;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/**
 * A small product on tiles against the scalar kernels, before anything is served. Numbers are whole
 * and sums stay below 2^24, so that every order of addition gives the same bits: any difference is
 * a fault.
 */
final class SelfCheck {
    private static final int ROWS = 45;
    private static final int COLS = 70;
    private static final int BYTE_COLS = 64;

    /** As a bfloat16. */
    private static final short ONE = 0x3F80;

    private static final int[] TOKENS = {1, 16, 17, 75};
    private static final int FROM = 3;

    private SelfCheck() {}

    /**
     * What is wrong; empty if all is right.
     *
     * @param inputParts bfloat16 parts of an input
     */
    static Optional<String> wrong(CpuKernels kernels, int inputParts) {
        try (Arena arena = Arena.ofConfined()) {
            int factor = inputParts == 1 ? 1 : 257;
            Weight plain = weight(arena);
            Weight pairs = PairTiler.empty(plain, DType.BF16, arena);
            for (int g = 0; g < PairTiled.groups(ROWS); g++) {
                PairTiler.fill(plain, DType.BF16, pairs, g);
            }
            Optional<String> found = wrong(kernels, plain, pairs, factor, arena);
            if (found.isEmpty() && kernels.tileRows() % QuadTiled.ROWS == 0) {
                for (Code code : List.of(Code.INT8, Code.INT4)) {
                    Weight quads = integers(new QuadTiled(code, kernels.tileRows()), arena);
                    found = found.or(() -> wrong(kernels, quads, quads, factor, arena));
                }
            }
            return found;
        }
    }

    private static Optional<String> wrong(
            CpuKernels kernels, Weight plain, Weight packed, int factor, Arena arena) {
        int cols = plain.cols();
        for (int tokens : TOKENS) {
            MemorySegment x = inputs(arena, tokens * cols, factor);
            MemorySegment wanted = floats(arena, (long) tokens * ROWS);
            MemorySegment found = floats(arena, (long) tokens * ROWS);
            MemorySegment none = MemorySegment.NULL;
            new ScalarKernels().matmul(x, tokens, plain, none, FROM, ROWS, wanted, none, 0);
            MemorySegment laidOut = floats(arena, kernels.arrangedFloats(tokens, cols));
            MemorySegment scratch = floats(arena, kernels.matmulScratch(packed));
            kernels.arrange(kernels.layout(packed), x, tokens, cols, 0, tokens, laidOut);
            kernels.matmul(laidOut, tokens, packed, none, FROM, ROWS, found, scratch, 0);
            long at = wanted.mismatch(found);
            if (at >= 0) {
                long i = at / Float.BYTES;
                return Optional.of(
                        "with "
                                + tokens
                                + " tokens, output "
                                + i
                                + " is "
                                + found.getAtIndex(JAVA_FLOAT, i)
                                + " instead of "
                                + wanted.getAtIndex(JAVA_FLOAT, i));
            }
        }
        return Optional.empty();
    }

    private static MemorySegment floats(Arena arena, long n) {
        return arena.allocate(n * Float.BYTES, 64);
    }

    /** Whole numbers from -3 to 3. */
    private static Weight weight(Arena arena) {
        MemorySegment data = arena.allocate(ROWS * COLS * 2L, 64);
        for (int i = 0; i < ROWS * COLS; i++) {
            int bits = Float.floatToRawIntBits(i * 31 % 7 - 3);
            data.setAtIndex(JAVA_SHORT, i, (short) (bits >>> 16));
        }
        return new Weight("self-check", new Plain(DType.BF16), ROWS, COLS, data);
    }

    /** Numbers from -3 to 3 with scales of 1. */
    private static Weight integers(QuadTiled format, Arena arena) {
        int tileRows = format.tileRows();
        int tiles = Math.ceilDiv(ROWS, tileRows);
        int blocks = BYTE_COLS / QuadTiled.BLOCK;
        MemorySegment data = arena.allocate((long) tiles * blocks * format.blockBytes(), 64);
        MemorySegment scales = arena.allocate(2L * tiles * tileRows * blocks, 64);
        for (int r = 0; r < ROWS; r++) {
            for (int c = 0; c < BYTE_COLS; c++) {
                format.put(data, r, c, BYTE_COLS, (r * BYTE_COLS + c) * 31 % 7 - 3);
                scales.setAtIndex(JAVA_SHORT, format.blockAt(r, c, BYTE_COLS), ONE);
            }
        }
        MemorySegment none = MemorySegment.NULL;
        return new Weight("self-check", format, ROWS, BYTE_COLS, data, scales, none, none);
    }

    /**
     * Whole numbers of 7 bits, which a bfloat16 holds; times 257 of 15, which need more parts and
     * digits.
     */
    private static MemorySegment inputs(Arena arena, int n, int factor) {
        MemorySegment x = floats(arena, n);
        for (int i = 0; i < n; i++) {
            x.setAtIndex(JAVA_FLOAT, i, (i * 37 % 255 - 127) * factor);
        }
        return x;
    }
}
