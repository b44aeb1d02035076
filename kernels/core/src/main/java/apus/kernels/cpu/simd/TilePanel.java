package apus.kernels.cpu.simd;

import static apus.kernels.cpu.simd.Lanes.B;
import static apus.kernels.cpu.simd.Lanes.F;
import static apus.kernels.cpu.simd.Lanes.L;
import static apus.kernels.cpu.simd.Lanes.LE;
import static apus.kernels.cpu.simd.Raw.MEMORY;
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

    /** Bytes of a column of a panel. */
    private static final long PANEL_ROW = Panel.VECTORS * B;

    private TilePanel() {}

    /**
     * Widens numbers of a byte.
     *
     * @param w int8[cols][ROWS] from byte at on
     * @param panel f32[PARTS][cols][Panel.ROWS] from byte panelAt on
     */
    static void bytes(MemorySegment w, long at, int cols, MemorySegment panel, long panelAt) {
        long numbers = Raw.address(w, at, (long) cols * ROWS);
        long out = Raw.address(panel, panelAt, (long) cols * ROWS * 4);
        for (int p = 0; p < PARTS; p++) {
            long from = Raw.bounded(numbers + (long) p * Panel.ROWS);
            long to = Raw.bounded(out + p * (cols * PANEL_ROW));
            for (int c = 0; c < cols; c++) {
                for (int v = 0; v < Panel.VECTORS; v++) {
                    TiledDot.widened(MEMORY, from + (long) c * ROWS + (long) v * L)
                            .intoMemorySegment(MEMORY, to + c * PANEL_ROW + v * B, LE);
                }
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
        long numbers = Raw.address(w, at, Math.ceilDiv(cols, 8) * (VECTORS * B));
        long out = Raw.address(panel, panelAt, (long) cols * ROWS * 4);
        for (int p = 0; p < PARTS; p++) {
            long from = Raw.bounded(numbers + p * PANEL_ROW);
            long to = Raw.bounded(out + p * (cols * PANEL_ROW));
            for (int c = 0; c < cols; c++) {
                int left = 28 - ((c & 7) << 2);
                for (int v = 0; v < Panel.VECTORS; v++) {
                    TiledDot.nibble(MEMORY, from + (c >> 3) * (VECTORS * B) + v * B, left)
                            .intoMemorySegment(MEMORY, to + c * PANEL_ROW + v * B, LE);
                }
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
        long numbers = Raw.address(w, at, (long) cols * ROWS);
        long out = Raw.address(panel, panelAt, (long) cols * ROWS * 4);
        for (int p = 0; p < PARTS; p++) {
            long from = Raw.bounded(numbers + (long) p * Panel.ROWS);
            long to = Raw.bounded(out + p * (cols * PANEL_ROW));
            for (int c = 0; c < cols; c++) {
                for (int v = 0; v < Panel.VECTORS; v++) {
                    TiledDot.e4m3(MEMORY, from + (long) c * ROWS + (long) v * L)
                            .intoMemorySegment(MEMORY, to + c * PANEL_ROW + v * B, LE);
                }
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
        long numbers = Raw.address(w, at, Math.ceilDiv(cols, 8) * (VECTORS * B));
        long out = Raw.address(panel, panelAt, (long) cols * ROWS * 4);
        for (int p = 0; p < PARTS; p++) {
            long from = Raw.bounded(numbers + p * PANEL_ROW);
            long to = Raw.bounded(out + p * (cols * PANEL_ROW));
            for (int c = 0; c < cols; c++) {
                int left = 28 - ((c & 7) << 2);
                for (int v = 0; v < Panel.VECTORS; v++) {
                    TiledDot.e2m1(MEMORY, from + (c >> 3) * (VECTORS * B) + v * B, left)
                            .intoMemorySegment(MEMORY, to + c * PANEL_ROW + v * B, LE);
                }
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
        long numbers = Raw.address(panel, panelAt, (long) cols * ROWS * 4);
        long zeros = Raw.address(panel, zerosAt, VECTORS * B);
        for (int p = 0; p < PARTS; p++) {
            long zero = Raw.bounded(zeros + p * PANEL_ROW);
            long first = Raw.bounded(numbers + p * (cols * PANEL_ROW));
            for (int c = 0; c < cols; c++) {
                for (int v = 0; v < Panel.VECTORS; v++) {
                    long at = first + c * PANEL_ROW + v * B;
                    FloatVector.fromMemorySegment(F, MEMORY, at, LE)
                            .sub(FloatVector.fromMemorySegment(F, MEMORY, zero + v * B, LE))
                            .intoMemorySegment(MEMORY, at, LE);
                }
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
        long first = Raw.address(s, scales, PANEL_ROW);
        long sum = Raw.address(s, sums, ((Panel.TOKENS - 1) * VECTORS + Panel.VECTORS) * B);
        for (int v = 0; v < Panel.VECTORS; v++) {
            FloatVector scale = FloatVector.fromMemorySegment(F, MEMORY, first + v * B, LE);
            for (int t = 0; t < Panel.TOKENS; t++) {
                long at = sum + (t * VECTORS + v) * B;
                FloatVector.fromArray(F, block, (t * Panel.VECTORS + v) * L)
                        .fma(scale, FloatVector.fromMemorySegment(F, MEMORY, at, LE))
                        .intoMemorySegment(MEMORY, at, LE);
            }
        }
    }
}
