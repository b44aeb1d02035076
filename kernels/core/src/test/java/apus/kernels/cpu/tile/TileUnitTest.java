package apus.kernels.cpu.tile;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemorySegment;
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
}
