package apus.kernels.cpu.simd;

import static apus.kernels.cpu.simd.Lanes.B;
import static apus.kernels.cpu.simd.Lanes.F;
import static apus.kernels.cpu.simd.Lanes.LE;
import static apus.kernels.cpu.simd.TiledDot.ROWS;
import static apus.kernels.cpu.simd.TiledDot.VECTORS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * The sums of {@link TiledDot} for many tokens: numbers of a tile are widened to a panel of f32
 * once, which is exact, and multiplied with several tokens at a time. The order of additions is the
 * same, so are the bits.
 */
final class TilePanel {
    /**
     * Tokens at a time: 16 sums. With 6 tokens, 24 sums, C2 runs out of its budget for inlining
     * when other kernels share the process, and boxes vectors.
     */
    static final int TOKENS = 4;

    private TilePanel() {}

    /**
     * Widens numbers of a byte.
     *
     * @param w int8[cols][ROWS] from byte at on
     * @param panel f32[cols][ROWS] from byte panelAt on
     */
    static void bytes(MemorySegment w, long at, int cols, MemorySegment panel, long panelAt) {
        for (int i = 0; i < cols * VECTORS; i++) {
            TiledDot.widened(w, at + (long) i * Lanes.L)
                    .intoMemorySegment(panel, panelAt + i * B, LE);
        }
    }

    /**
     * Widens numbers of four bits.
     *
     * @param w int32[ceil(cols / 8)][ROWS] from byte at on
     * @param panel f32[cols][ROWS] from byte panelAt on
     */
    static void nibbles(MemorySegment w, long at, int cols, MemorySegment panel, long panelAt) {
        for (int c = 0; c < cols; c++) {
            long from = at + (c >> 3) * (VECTORS * B);
            long to = panelAt + c * (VECTORS * B);
            int left = 28 - ((c & 7) << 2);
            for (long v = 0; v < VECTORS * B; v += B) {
                TiledDot.nibble(w, from + v, left).intoMemorySegment(panel, to + v, LE);
            }
        }
    }

    /**
     * Takes the zero of each row from the numbers of a block.
     *
     * @param panel f32[cols][ROWS] from byte panelAt on, changed
     * @param zerosAt byte of f32[ROWS] in the same memory
     */
    static void subtract(MemorySegment panel, long panelAt, int cols, long zerosAt) {
        for (int c = 0; c < cols; c++) {
            for (long v = 0; v < VECTORS * B; v += B) {
                long at = panelAt + c * (VECTORS * B) + v;
                FloatVector.fromMemorySegment(F, panel, at, LE)
                        .sub(FloatVector.fromMemorySegment(F, panel, zerosAt + v, LE))
                        .intoMemorySegment(panel, at, LE);
            }
        }
    }

    /**
     * Sums of one block of columns: out[t][r] = sum over c of panel[c][r] * x[t][c].
     *
     * @param panel f32[steps][ROWS] from byte panelAt on
     * @param x0 byte of the first token's first column; x1 and so on those of the others
     * @param parts f32[TOKENS][ROWS] from byte partsAt on, overwritten
     */
    static void tile(
            MemorySegment panel,
            long panelAt,
            int steps,
            MemorySegment x,
            long x0,
            long x1,
            long x2,
            long x3,
            MemorySegment parts,
            long partsAt) {
        FloatVector a00 = FloatVector.zero(F);
        FloatVector a01 = FloatVector.zero(F);
        FloatVector a02 = FloatVector.zero(F);
        FloatVector a03 = FloatVector.zero(F);
        FloatVector a10 = FloatVector.zero(F);
        FloatVector a11 = FloatVector.zero(F);
        FloatVector a12 = FloatVector.zero(F);
        FloatVector a13 = FloatVector.zero(F);
        FloatVector a20 = FloatVector.zero(F);
        FloatVector a21 = FloatVector.zero(F);
        FloatVector a22 = FloatVector.zero(F);
        FloatVector a23 = FloatVector.zero(F);
        FloatVector a30 = FloatVector.zero(F);
        FloatVector a31 = FloatVector.zero(F);
        FloatVector a32 = FloatVector.zero(F);
        FloatVector a33 = FloatVector.zero(F);
        for (int c = 0; c < steps; c++) {
            long at = panelAt + c * (VECTORS * B);
            long u = c * 4L;
            FloatVector w0 = FloatVector.fromMemorySegment(F, panel, at, LE);
            FloatVector w1 = FloatVector.fromMemorySegment(F, panel, at + B, LE);
            FloatVector w2 = FloatVector.fromMemorySegment(F, panel, at + 2 * B, LE);
            FloatVector w3 = FloatVector.fromMemorySegment(F, panel, at + 3 * B, LE);
            FloatVector v = FloatVector.broadcast(F, x.get(JAVA_FLOAT, x0 + u));
            a00 = w0.fma(v, a00);
            a01 = w1.fma(v, a01);
            a02 = w2.fma(v, a02);
            a03 = w3.fma(v, a03);
            v = FloatVector.broadcast(F, x.get(JAVA_FLOAT, x1 + u));
            a10 = w0.fma(v, a10);
            a11 = w1.fma(v, a11);
            a12 = w2.fma(v, a12);
            a13 = w3.fma(v, a13);
            v = FloatVector.broadcast(F, x.get(JAVA_FLOAT, x2 + u));
            a20 = w0.fma(v, a20);
            a21 = w1.fma(v, a21);
            a22 = w2.fma(v, a22);
            a23 = w3.fma(v, a23);
            v = FloatVector.broadcast(F, x.get(JAVA_FLOAT, x3 + u));
            a30 = w0.fma(v, a30);
            a31 = w1.fma(v, a31);
            a32 = w2.fma(v, a32);
            a33 = w3.fma(v, a33);
        }
        a00.intoMemorySegment(parts, partsAt, LE);
        a01.intoMemorySegment(parts, partsAt + B, LE);
        a02.intoMemorySegment(parts, partsAt + 2 * B, LE);
        a03.intoMemorySegment(parts, partsAt + 3 * B, LE);
        a10.intoMemorySegment(parts, partsAt + 4 * B, LE);
        a11.intoMemorySegment(parts, partsAt + 5 * B, LE);
        a12.intoMemorySegment(parts, partsAt + 6 * B, LE);
        a13.intoMemorySegment(parts, partsAt + 7 * B, LE);
        a20.intoMemorySegment(parts, partsAt + 8 * B, LE);
        a21.intoMemorySegment(parts, partsAt + 9 * B, LE);
        a22.intoMemorySegment(parts, partsAt + 10 * B, LE);
        a23.intoMemorySegment(parts, partsAt + 11 * B, LE);
        a30.intoMemorySegment(parts, partsAt + 12 * B, LE);
        a31.intoMemorySegment(parts, partsAt + 13 * B, LE);
        a32.intoMemorySegment(parts, partsAt + 14 * B, LE);
        a33.intoMemorySegment(parts, partsAt + 15 * B, LE);
    }

    /** f32[tokens][ROWS] of zeros from byte at on. */
    static void clear(MemorySegment s, long at, int tokens) {
        FloatVector zero = FloatVector.zero(F);
        for (int i = 0; i < tokens * VECTORS; i++) {
            zero.intoMemorySegment(s, at + i * B, LE);
        }
    }

    /**
     * sums[t][r] += parts[t][r] * scale[r].
     *
     * @param s holds all: parts and sums f32[tokens][ROWS], scales f32[ROWS], from these bytes on
     */
    static void fold(MemorySegment s, long parts, long scales, int tokens, long sums) {
        for (int t = 0; t < tokens; t++) {
            for (long v = 0; v < VECTORS * B; v += B) {
                long at = (long) t * ROWS * Float.BYTES + v;
                FloatVector.fromMemorySegment(F, s, parts + at, LE)
                        .fma(
                                FloatVector.fromMemorySegment(F, s, scales + v, LE),
                                FloatVector.fromMemorySegment(F, s, sums + at, LE))
                        .intoMemorySegment(s, sums + at, LE);
            }
        }
    }
}
