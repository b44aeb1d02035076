package apus.kernels.cpu.simd;

import static apus.kernels.cpu.simd.Lanes.B;
import static apus.kernels.cpu.simd.Lanes.F;
import static apus.kernels.cpu.simd.Lanes.L;
import static apus.kernels.cpu.simd.Lanes.LE;
import static apus.kernels.cpu.simd.TiledDot.ROWS;
import static apus.kernels.cpu.simd.TiledDot.VECTORS;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * The sums of {@link TiledDot} for many tokens: numbers of a block of a tile are widened to a panel
 * of f32 once, which is exact, and {@link PanelDot} multiplies it with several tokens at a time.
 * The order of additions is the same, so are the bits. A panel is as wide as {@link PanelDot} wants
 * it, so a tile makes one or several:
 *
 * <pre>f32[PARTS][cols][Panel.ROWS]</pre>
 */
final class TilePanel {
    /** Panels of a tile. */
    static final int PARTS = VECTORS / Panel.VECTORS;

    private TilePanel() {}

    /**
     * Widens numbers of a byte.
     *
     * @param w int8[cols][ROWS] from byte at on
     * @param panel f32[PARTS][cols][Panel.ROWS] from byte panelAt on
     */
    static void bytes(MemorySegment w, long at, int cols, MemorySegment panel, long panelAt) {
        long to = panelAt;
        for (int p = 0; p < ROWS; p += Panel.ROWS) {
            for (int c = 0; c < cols; c++) {
                long from = at + (long) c * ROWS + p;
                for (int r = 0; r < Panel.ROWS; r += L) {
                    TiledDot.widened(w, from + r).intoMemorySegment(panel, to + r * 4L, LE);
                }
                to += Panel.VECTORS * B;
            }
        }
    }

    /**
     * Widens numbers of four bits.
     *
     * @param w int32[ceil(cols / 8)][ROWS] from byte at on
     * @param panel f32[PARTS][cols][Panel.ROWS] from byte panelAt on
     */
    static void nibbles(MemorySegment w, long at, int cols, MemorySegment panel, long panelAt) {
        long to = panelAt;
        for (long p = 0; p < VECTORS * B; p += Panel.VECTORS * B) {
            for (int c = 0; c < cols; c++) {
                long from = at + (c >> 3) * (VECTORS * B) + p;
                int left = 28 - ((c & 7) << 2);
                for (long v = 0; v < Panel.VECTORS * B; v += B) {
                    TiledDot.nibble(w, from + v, left).intoMemorySegment(panel, to + v, LE);
                }
                to += Panel.VECTORS * B;
            }
        }
    }

    /**
     * Widens floats of a byte, E4M3.
     *
     * @param w bytes[cols][ROWS] from byte at on
     * @param panel f32[PARTS][cols][Panel.ROWS] from byte panelAt on
     */
    static void e4m3(MemorySegment w, long at, int cols, MemorySegment panel, long panelAt) {
        long to = panelAt;
        for (int p = 0; p < ROWS; p += Panel.ROWS) {
            for (int c = 0; c < cols; c++) {
                long from = at + (long) c * ROWS + p;
                for (int r = 0; r < Panel.ROWS; r += L) {
                    TiledDot.e4m3(w, from + r).intoMemorySegment(panel, to + r * 4L, LE);
                }
                to += Panel.VECTORS * B;
            }
        }
    }

    /**
     * Widens floats of four bits, E2M1.
     *
     * @param w int32[ceil(cols / 8)][ROWS] from byte at on
     * @param panel f32[PARTS][cols][Panel.ROWS] from byte panelAt on
     */
    static void e2m1(MemorySegment w, long at, int cols, MemorySegment panel, long panelAt) {
        long to = panelAt;
        for (long p = 0; p < VECTORS * B; p += Panel.VECTORS * B) {
            for (int c = 0; c < cols; c++) {
                long from = at + (c >> 3) * (VECTORS * B) + p;
                int left = 28 - ((c & 7) << 2);
                for (long v = 0; v < Panel.VECTORS * B; v += B) {
                    TiledDot.e2m1(w, from + v, left).intoMemorySegment(panel, to + v, LE);
                }
                to += Panel.VECTORS * B;
            }
        }
    }

    /**
     * Takes the zero of each row from the numbers of a block.
     *
     * @param panel f32[PARTS][cols][Panel.ROWS] from byte panelAt on, changed
     * @param zerosAt byte of f32[ROWS] in the same memory
     */
    static void subtract(MemorySegment panel, long panelAt, int cols, long zerosAt) {
        long at = panelAt;
        for (long p = 0; p < VECTORS * B; p += Panel.VECTORS * B) {
            for (int c = 0; c < cols; c++) {
                for (long v = 0; v < Panel.VECTORS * B; v += B) {
                    FloatVector.fromMemorySegment(F, panel, at + v, LE)
                            .sub(FloatVector.fromMemorySegment(F, panel, zerosAt + p + v, LE))
                            .intoMemorySegment(panel, at + v, LE);
                }
                at += Panel.VECTORS * B;
            }
        }
    }

    /** f32[tokens][ROWS] of zeros from byte at on. */
    static void clear(MemorySegment s, long at, int tokens) {
        FloatVector zero = FloatVector.zero(F);
        for (int i = 0; i < tokens * VECTORS; i++) {
            zero.intoMemorySegment(s, at + i * B, LE);
        }
    }

    /**
     * sums[t][r] += block[t][r] * scale[r], for the tokens of a tile and the rows of a panel.
     *
     * @param block f32[Panel.TOKENS][Panel.ROWS]
     * @param s scales f32[Panel.ROWS] from byte scales on, sums f32[Panel.TOKENS][ROWS] from byte
     *     sums on
     */
    static void fold(float[] block, MemorySegment s, long scales, long sums) {
        for (int v = 0; v < Panel.VECTORS; v++) {
            FloatVector scale = FloatVector.fromMemorySegment(F, s, scales + v * B, LE);
            for (int t = 0; t < Panel.TOKENS; t++) {
                long at = sums + (t * VECTORS + v) * B;
                FloatVector.fromArray(F, block, (t * Panel.VECTORS + v) * L)
                        .fma(scale, FloatVector.fromMemorySegment(F, s, at, LE))
                        .intoMemorySegment(s, at, LE);
            }
        }
    }
}
