package apus.kernels.cpu.simd;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/**
 * Memory by address, for the innermost loops: a method asks {@link #address} once for all that it
 * is going to touch, and reads and writes {@link #MEMORY} from there on.
 *
 * <p>A vector read from a segment is checked against its bounds and its arena, some twenty
 * instructions, and C2 neither shares these checks among the reads of a loop body nor moves them
 * out of the loop: between two reads the arena might have been closed. Here nothing of that is
 * left: C2 knows that an address is below {@link #LIMIT}, and that adding an offset made of an int
 * does not leave the segment. The offset must show it: an int that only counts upwards, made long,
 * times a constant or a checked stride.
 *
 * <p>Who asks for an extent holds the segment's arena open until it is done; the kernels' callers
 * do, see {@link apus.kernels.cpu.CpuKernels}.
 */
final class Raw {
    /** All that can be addressed; its accesses need no check that C2 cannot decide itself. */
    @SuppressWarnings("restricted") // Unsafe by itself; what is asked of address() is checked.
    static final MemorySegment MEMORY = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    /** A number that may stand at any address. */
    static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(Lanes.LE);

    /** More than any processor's addresses, and so little that offsets may be added. */
    private static final long LIMIT = 1L << 56;

    private Raw() {}

    /**
     * Address of bytes that may all be used.
     *
     * @param at first byte
     * @param bytes how many
     * @throws IndexOutOfBoundsException if the segment does not have them
     * @throws IllegalArgumentException if it is of the heap, which has no addresses
     * @throws IllegalStateException if its arena is closed
     */
    static long address(MemorySegment s, long at, long bytes) {
        Objects.checkFromIndexSize(at, bytes, s.byteSize());
        if (!s.isNative()) {
            throw new IllegalArgumentException("memory of the heap");
        }
        if (!s.scope().isAlive()) {
            throw new IllegalStateException("memory that is closed");
        }
        return bounded(s.address() + at);
    }

    /** The address itself, which C2 then knows to be one. */
    static long bounded(long address) {
        return address & (LIMIT - 1);
    }
}
