package apus.kernels.cpu.simd;

import static apus.kernels.cpu.simd.Lanes.B;
import static apus.kernels.cpu.simd.Lanes.I;
import static apus.kernels.cpu.simd.Lanes.L;
import static apus.kernels.cpu.simd.Lanes.LE;
import static apus.kernels.cpu.simd.Raw.MEMORY;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Adds the lanes of many rows at once, in the order of {@link Lanes#sum}: lane i and lane i + L/2,
 * and so on. Two rows share a vector as soon as each has half as many numbers left, so no vector
 * ever holds lanes of no use.
 */
final class RowSums {
    /**
     * Of two vectors in a row, the lanes of the lower half of each row, by numbers left per row.
     */
    private static final IntVector LOW_16 = lower(16);

    private static final IntVector LOW_8 = lower(8);
    private static final IntVector LOW_4 = lower(4);
    private static final IntVector LOW_2 = lower(2);

    private RowSums() {}

    private static IntVector lower(int numbers) {
        int[] lanes = new int[L];
        int half = numbers / 2;
        for (int i = 0; i < L; i++) {
            lanes[i] = (i / half * numbers + i % half) % (2 * L);
        }
        return IntVector.fromArray(I, lanes, 0);
    }

    /**
     * s[row] = sum of s[row][lane]; what follows the sums has no meaning.
     *
     * @param at byte of the first row's first lane
     * @param rows a multiple of L
     */
    static void reduce(MemorySegment s, long at, int rows) {
        int vectors = rows;
        if (L >= 16) {
            vectors /= 2;
            halve(LOW_16, 8, s, at, vectors);
        }
        if (L >= 8) {
            vectors /= 2;
            halve(LOW_8, 4, s, at, vectors);
        }
        if (L >= 4) {
            vectors /= 2;
            halve(LOW_4, 2, s, at, vectors);
        }
        halve(LOW_2, 1, s, at, vectors / 2);
    }

    private static void halve(IntVector low, int half, MemorySegment s, long at, int vectors) {
        long first = Raw.address(s, at, vectors * (2 * B));
        IntVector high = low.add(half);
        for (int i = 0; i < vectors; i++) {
            long pair = first + i * (2 * B);
            IntVector a = IntVector.fromMemorySegment(I, MEMORY, pair, LE);
            IntVector b = IntVector.fromMemorySegment(I, MEMORY, pair + B, LE);
            FloatVector lower = low.selectFrom(a, b).reinterpretAsFloats();
            FloatVector upper = high.selectFrom(a, b).reinterpretAsFloats();
            lower.add(upper).intoMemorySegment(MEMORY, first + i * B, LE);
        }
    }
}
