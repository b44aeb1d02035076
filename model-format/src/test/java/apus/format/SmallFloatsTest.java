package apus.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Values from the tables of the two specifications. */
final class SmallFloatsTest {
    @Test
    void eightBitsHaveNoInfinityButTwoNans() {
        assertEquals(0f, SmallFloats.e4m3((byte) 0));
        assertEquals(-0f, SmallFloats.e4m3((byte) 0x80));
        assertEquals(1f, SmallFloats.e4m3((byte) 0x38));
        assertEquals(-1.125f, SmallFloats.e4m3((byte) 0xB9));
        assertEquals(448f, SmallFloats.e4m3((byte) 0x7E));
        // Subnormal, and the smallest normal number.
        assertEquals(0x1p-9f, SmallFloats.e4m3((byte) 0x01));
        assertEquals(0x1p-6f, SmallFloats.e4m3((byte) 0x08));
        assertTrue(Float.isNaN(SmallFloats.e4m3((byte) 0x7F)));
        assertTrue(Float.isNaN(SmallFloats.e4m3((byte) 0xFF)));
    }

    @Test
    void fourBitsCountByHalvesThenWiden() {
        float[] wanted = {0, 0.5f, 1, 1.5f, 2, 3, 4, 6};
        for (int i = 0; i < 8; i++) {
            assertEquals(wanted[i], SmallFloats.e2m1(i));
            assertEquals(-wanted[i], SmallFloats.e2m1(i + 8));
            // Only the lower four bits count.
            assertEquals(wanted[i], SmallFloats.e2m1(i + 0x30));
        }
    }

    @Test
    void scalesArePowersOfTwo() {
        assertEquals(1f, SmallFloats.e8m0((byte) 127));
        assertEquals(0.25f, SmallFloats.e8m0((byte) 125));
        assertEquals(0x1p-127f, SmallFloats.e8m0((byte) 0));
        assertEquals(0x1p127f, SmallFloats.e8m0((byte) 254));
        assertTrue(Float.isNaN(SmallFloats.e8m0((byte) 255)));
    }
}
