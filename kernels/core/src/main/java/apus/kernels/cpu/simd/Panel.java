package apus.kernels.cpu.simd;

import static apus.kernels.cpu.simd.Lanes.B;
import static apus.kernels.cpu.simd.Lanes.L;

import apus.format.DType;
import apus.format.Weight;
import java.lang.foreign.MemorySegment;

/**
 * Some rows of a weight as f32 with lanes as rows, made once per product for all of its tokens. The
 * columns that share lane j in {@link Bf16Dot} and {@link F32Dot} stand together, in order:
 *
 * <pre>f32[lane j][step][VECTORS][L rows]</pre>
 *
 * so that sums over such a class are the lane sums of those kernels, bit for bit.
 */
final class Panel {
    /** Vectors of rows side by side; with 6 tokens 24 sums, 12 where there are 16 registers. */
    static final int VECTORS = L == 8 ? 2 : 4;

    /** Tokens of a tile. */
    static final int TOKENS = 6;

    static final int ROWS = VECTORS * L;

    /** Vectors of columns turned together, in the first-level cache. */
    private static final int CHUNK = 16;

    private Panel() {}

    /** Steps of a class: two columns of every block. */
    static int steps(int cols) {
        return cols / Inputs.BLOCK * 2;
    }

    /** Bytes from class to class; a line more than there are, or all would share a cache set. */
    static long classStride(int steps) {
        return steps * (VECTORS * B) + 64;
    }

    /** Floats of a panel and what filling it needs. */
    static long floats(int cols) {
        return (L * classStride(steps(cols)) + CHUNK * (L * B)) / Float.BYTES;
    }

    /**
     * Fills a panel.
     *
     * @param row first row
     * @param rows rows that there are; missing ones repeat the last
     * @param s {@link #floats} from byte panel on
     */
    static void fill(Weight w, int row, int rows, MemorySegment s, long panel) {
        DType type = Products.type(w);
        int steps = steps(w.cols());
        int units = type == DType.F32 ? steps : steps / 2;
        long stride = (long) w.cols() * type.bytes();
        long classStride = classStride(steps);
        long turned = panel + L * classStride;
        for (int v = 0; v < VECTORS; v++) {
            int first = Math.min(v * L, rows - 1);
            int count = Math.min(L, rows - first);
            long at = (row + first) * stride;
            for (int u = 0; u < units; u += CHUNK) {
                int n = Math.min(CHUNK, units - u);
                if (L == 16) {
                    Transposition16.begin(w.data(), at + u * B, stride, count, n, s, turned);
                } else {
                    Transposition.turn(w.data(), at + u * B, stride, count, n, s, turned);
                }
                long to = panel + v * B + (long) u * (steps / units) * VECTORS * B;
                switch (type) {
                    case F32 -> whole(s, turned, n, to, classStride);
                    case F16 ->
                            halves(s, turned, n, to, classStride, 3, F16Dot.BITS, F16Dot.REBIAS);
                    case BF16 -> halves(s, turned, n, to, classStride, 0, Bf16Dot.ODD, 1);
                    case BOOL, U8, I8, F8_E4M3, F8_E5M2, I16, U16, I32, U32, I64, U64, F64 ->
                            throw new IllegalArgumentException("not a plain weight: " + type);
                }
            }
        }
    }

    private static void whole(MemorySegment s, long t, int units, long to, long classStride) {
        if (L == 16) {
            Transposition16.whole(s, t, units, to, classStride, VECTORS * B);
        } else {
            Transposition.whole(s, t, units, to, classStride, VECTORS * B);
        }
    }

    private static void halves(
            MemorySegment s,
            long t,
            int units,
            long to,
            long classStride,
            int shift,
            int mask,
            float factor) {
        if (L == 16) {
            Transposition16.halves(s, t, units, to, classStride, VECTORS * B, shift, mask, factor);
        } else {
            Transposition.halves(s, t, units, to, classStride, VECTORS * B, shift, mask, factor);
        }
    }
}
