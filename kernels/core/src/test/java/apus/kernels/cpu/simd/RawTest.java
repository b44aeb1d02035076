package apus.kernels.cpu.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

/** What stands between a kernel's loop and memory that is not its own. */
class RawTest {
    @Test
    void anAddressIsWhereTheSegmentsByteIs() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment s = arena.allocate(64, 64);
            s.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 5, 1.5f);
            assertEquals(1.5f, Raw.MEMORY.get(Raw.FLOAT, Raw.address(s, 5, 4)));
            assertEquals(s.address() + 64, Raw.address(s, 64, 0));
        }
    }

    @Test
    void noExtentReachesBeyondItsSegment() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment s = arena.allocate(64, 64);
            long[][] beyond = {{0, 65}, {61, 4}, {-1, 4}, {0, -1}, {65, 0}, {4, Long.MAX_VALUE}};
            for (long[] extent : beyond) {
                assertThrows(
                        IndexOutOfBoundsException.class,
                        () -> Raw.address(s, extent[0], extent[1]));
            }
        }
    }

    @Test
    void memoryOfTheHeapHasNoAddress() {
        MemorySegment heap = MemorySegment.ofArray(new float[4]);
        assertThrows(IllegalArgumentException.class, () -> Raw.address(heap, 0, 16));
    }

    @Test
    void closedMemoryIsRefused() {
        MemorySegment s;
        try (Arena arena = Arena.ofConfined()) {
            s = arena.allocate(64, 64);
        }
        assertThrows(IllegalStateException.class, () -> Raw.address(s, 0, 64));
    }
}
