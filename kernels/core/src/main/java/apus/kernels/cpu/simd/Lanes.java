package apus.kernels.cpu.simd;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/** The vector shapes of this machine, and sums over lanes in one fixed order. */
final class Lanes {
    static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;

    /** Lanes of a float vector: 16, 8, 4 or 2. */
    static final int L = F.length();

    /** Bytes of a vector. */
    static final long B = F.vectorByteSize();

    /** Files and buffers are little-endian. */
    static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;

    private Lanes() {}

    /**
     * The sum of a vector that was stored at byte {@code at}, halves first: lane i and lane i +
     * L/2, and so on. In scalars because the order of {@code reduceLanes} is not specified and
     * changes when a method is compiled.
     */
    static float sum(MemorySegment s, long at) {
        if (L == 16) {
            return (quad(s, at, 0) + quad(s, at, 2)) + (quad(s, at, 1) + quad(s, at, 3));
        }
        if (L == 8) {
            return (pair(s, at, 0) + pair(s, at, 2)) + (pair(s, at, 1) + pair(s, at, 3));
        }
        if (L == 4) {
            return (s.get(JAVA_FLOAT, at) + s.get(JAVA_FLOAT, at + 8))
                    + (s.get(JAVA_FLOAT, at + 4) + s.get(JAVA_FLOAT, at + 12));
        }
        return s.get(JAVA_FLOAT, at) + s.get(JAVA_FLOAT, at + 4);
    }

    /** Lanes i, i + 8, i + 4, i + 12 of 16. */
    private static float quad(MemorySegment s, long at, int i) {
        long p = at + 4L * i;
        return (s.get(JAVA_FLOAT, p) + s.get(JAVA_FLOAT, p + 32))
                + (s.get(JAVA_FLOAT, p + 16) + s.get(JAVA_FLOAT, p + 48));
    }

    /** Lanes i and i + 4 of 8. */
    private static float pair(MemorySegment s, long at, int i) {
        return s.get(JAVA_FLOAT, at + 4L * i) + s.get(JAVA_FLOAT, at + 4L * i + 16);
    }
}
