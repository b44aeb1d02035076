package apus.kernels.cpu.tile;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What the interpreter makes of the manual, on cases in which another reading would differ. */
final class TileUnitTest {
    private final TileUnit unit = new TileUnit();
    private final MemorySegment shapes = MemorySegment.ofArray(new byte[64]);

    private void shape(int tile, int rows, int bytes) {
        shapes.set(JAVA_BYTE, 0, (byte) 1);
        shapes.set(JAVA_SHORT_UNALIGNED, 16 + 2L * tile, (short) bytes);
        shapes.set(JAVA_BYTE, 48 + tile, (byte) rows);
    }

    /** Tile 0 of one number, tile 1 of a row of pairs, tile 2 of a column of pairs. */
    private void shapesOfOne(int pairs) {
        shape(0, 1, 4);
        shape(1, 1, 4 * pairs);
        shape(2, pairs, 4);
        unit.configure(shapes);
    }

    private static int pair(float even, float odd) {
        return Float.floatToRawIntBits(even) >>> 16 | (Float.floatToRawIntBits(odd) & 0xFFFF0000);
    }

    private float dot(float start, int[] a, int[] b) {
        shapesOfOne(a.length);
        unit.set(0, 0, 0, Float.floatToRawIntBits(start));
        for (int k = 0; k < a.length; k++) {
            unit.set(1, 0, k, a[k]);
            unit.set(2, k, 0, b[k]);
        }
        unit.dotBf16(0, 1, 2);
        return Float.intBitsToFloat(unit.get(0, 0, 0));
    }

    @Test
    void evenAndOddNumbersAreSummedApartFromZero() {
        int ones = pair(1, 1);
        float big = 1 << 24;
        // One after the other, the first 1 would be lost beside 2^24.
        assertEquals(2, dot(0, new int[] {pair(big, 1), pair(-big, 1)}, new int[] {ones, ones}));
        // Added to the tile's number one by one, both would be lost.
        assertEquals(big + 2, dot(big, new int[] {pair(1, 1)}, new int[] {ones}));
        assertEquals(big, dot(big, new int[] {pair(1, 0)}, new int[] {ones}));
    }

    @Test
    void productsAreFused() {
        // (1 + 2^-7)^2 = 1 + 2^-6 + 2^-14, of which 2^-14 stays when the rest is taken away.
        float a = 1 + 0x1p-7f;
        int[] x = {pair(-1 - 0x1p-6f, 0), pair(a, 0)};
        int[] w = {pair(1, 0), pair(a, 0)};
        assertEquals(0x1p-14f, dot(0, x, w));
    }

    @Test
    void subnormalNumbersAreZeros() {
        float tiny = Float.intBitsToFloat(0x00400000);
        assertEquals(0, dot(0, new int[] {pair(tiny, 0)}, new int[] {pair(0x1p100f, 0)}));
        assertEquals(0, dot(tiny, new int[] {pair(0, 0)}, new int[] {pair(0, 0)}));
        float small = 0x1p-70f;
        assertEquals(0, dot(0, new int[] {pair(small, 0)}, new int[] {pair(small, 0)}));
        assertEquals(
                0x1p-120f, dot(0, new int[] {pair(0x1p-60f, 0)}, new int[] {pair(0x1p-60f, 0)}));
    }

    @Test
    void bytesAreSignedOrNot() {
        shapesOfOne(1);
        unit.set(1, 0, 0, 0x80FF0102);
        unit.set(2, 0, 0, 0x7F02FF03);
        unit.dotBytes(0, 1, 2, true);
        assertEquals(2 * 3 + -1 + -1 * 2 + -128 * 127, unit.get(0, 0, 0));
        unit.zero(0);
        unit.dotBytes(0, 1, 2, false);
        assertEquals(2 * 3 + -1 + 255 * 2 + 128 * 127, unit.get(0, 0, 0));
    }

    @Test
    void whatAProcessorFaultsOnIsAnError() {
        assertThrows(IllegalStateException.class, () -> unit.zero(0), "no configuration");
        shapesOfOne(2);
        assertThrows(IllegalStateException.class, () -> unit.zero(3), "no shape");
        assertThrows(IllegalStateException.class, () -> unit.dotBf16(0, 2, 1), "shapes");
        assertThrows(IllegalStateException.class, () -> unit.dotBf16(0, 0, 2), "the same tile");
        unit.release();
        assertThrows(IllegalStateException.class, () -> unit.zero(0), "released");
        shape(3, 17, 64);
        assertThrows(IllegalStateException.class, () -> unit.configure(shapes), "17 rows");
        shape(3, 16, 0);
        assertThrows(IllegalStateException.class, () -> unit.configure(shapes), "no width");
        shape(3, 16, 64);
        unit.configure(shapes);
        shapes.set(JAVA_BYTE, 9, (byte) 1);
        assertThrows(IllegalStateException.class, () -> unit.configure(shapes), "reserved");
    }

    /** Number by number, as the manual writes it. */
    private static float plainDot(float start, int[] a, int[] b) {
        float even = 0;
        float odd = 0;
        for (int k = 0; k < a.length; k++) {
            even = flushed(Math.fma(number(a[k] << 16), number(b[k] << 16), even));
            odd = flushed(Math.fma(number(a[k]), number(b[k]), odd));
        }
        return flushed(flushed(start) + flushed(even + odd));
    }

    private static float number(int word) {
        return flushed(Float.intBitsToFloat(word & 0xFFFF0000));
    }

    private static float flushed(float x) {
        return Math.abs(x) < Float.MIN_NORMAL ? Math.copySign(0, x) : x;
    }

    @Test
    void everyPlaceOfATileIsComputedAsOneAloneWouldBe() {
        Random random = new Random(23);
        for (int round = 0; round < 40; round++) {
            int height = 1 + random.nextInt(16);
            int width = 1 + random.nextInt(16);
            int pairs = 1 + random.nextInt(16);
            shape(0, height, 4 * width);
            shape(1, height, 4 * pairs);
            shape(2, pairs, 4 * width);
            unit.configure(shapes);
            // Also numbers near the smallest, so that some sums are subnormal.
            int exponents = round % 2 == 0 ? 0x40000000 : 0x20400000;
            int[][][] words = new int[3][16][16];
            int[][] shape = {{height, width}, {height, pairs}, {pairs, width}};
            for (int t = 0; t < 3; t++) {
                for (int r = 0; r < shape[t][0]; r++) {
                    for (int i = 0; i < shape[t][1]; i++) {
                        int bits = (random.nextInt() & 0x81FF81FF) | exponents | exponents >> 16;
                        words[t][r][i] = random.nextInt(9) == 0 ? bits & 0x807FFFFF : bits;
                        unit.set(t, r, i, words[t][r][i]);
                    }
                }
            }
            unit.dotBf16(0, 1, 2);
            for (int r = 0; r < 16; r++) {
                for (int n = 0; n < 16; n++) {
                    float wanted = 0;
                    if (r < height && n < width) {
                        int[] column = new int[pairs];
                        for (int k = 0; k < pairs; k++) {
                            column[k] = words[2][k][n];
                        }
                        int[] row = Arrays.copyOf(words[1][r], pairs);
                        wanted = plainDot(Float.intBitsToFloat(words[0][r][n]), row, column);
                    }
                    assertEquals(
                            Float.floatToRawIntBits(wanted),
                            unit.get(0, r, n),
                            "round " + round + ", row " + r + ", place " + n);
                }
            }
        }
    }
}
