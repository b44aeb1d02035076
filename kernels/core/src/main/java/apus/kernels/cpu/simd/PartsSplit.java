package apus.kernels.cpu.simd;

import static apus.kernels.cpu.simd.Lanes.F;
import static apus.kernels.cpu.simd.Lanes.L;
import static apus.kernels.cpu.simd.Lanes.LE;

import apus.format.PairTiled;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Splits float32 numbers into bfloat16 parts; the plain version is in {@code PairInputs}. */
final class PartsSplit {
    private static final int COLS = PairTiled.COLS;

    private static final VectorSpecies<Short> HALF =
            VectorSpecies.of(
                    short.class, VectorShape.forBitSize(Math.max(64, F.vectorBitSize() / 2)));

    private static final int NO_SIGN = 0x7FFFFFFF;
    private static final int UPPER = 0xFFFF0000;

    /** From here on, the nearest bfloat16 is infinite or x is no finite number. */
    private static final int LARGE = 0x7F7F8000;

    private PartsSplit() {}

    /**
     * As many whole steps of 32 columns as there are before the first that holds a number this
     * method has no answer for: a very large one, an infinity, a NaN.
     *
     * @return steps done
     */
    static int split(
            int parts,
            MemorySegment x,
            long from,
            int cols,
            MemorySegment out,
            long at,
            long stride) {
        if (HALF.length() != L || COLS % L != 0) {
            return 0;
        }
        int steps = cols / COLS;
        for (int step = 0; step < steps; step++) {
            for (int c = 0; c < COLS; c += L) {
                FloatVector v =
                        FloatVector.fromMemorySegment(
                                F, x, (from + (long) step * COLS + c) * Float.BYTES, LE);
                IntVector bits = v.reinterpretAsInts();
                if (bits.and(NO_SIGN).compare(VectorOperators.GE, LARGE).anyTrue()) {
                    return step;
                }
                long to = (at + step * stride + c) * Short.BYTES;
                IntVector rounded = rounded(bits);
                narrow(rounded, out, to);
                if (parts > 1) {
                    FloatVector rest = v.sub(rounded.and(UPPER).reinterpretAsFloats());
                    rounded = rounded(rest.reinterpretAsInts());
                    narrow(rounded, out, to + COLS * Short.BYTES);
                    if (parts > 2) {
                        rest = rest.sub(rounded.and(UPPER).reinterpretAsFloats());
                        rounded = rounded(rest.reinterpretAsInts());
                        narrow(rounded, out, to + 2 * COLS * Short.BYTES);
                    }
                }
            }
        }
        return steps;
    }

    /** Ties to even; the upper half is the bfloat16. */
    private static IntVector rounded(IntVector bits) {
        return bits.add(bits.lanewise(VectorOperators.LSHR, 16).and(1)).add(0x7FFF);
    }

    private static void narrow(IntVector rounded, MemorySegment out, long to) {
        ((ShortVector)
                        rounded.lanewise(VectorOperators.LSHR, 16)
                                .convertShape(VectorOperators.I2S, HALF, 0))
                .intoMemorySegment(out, to, LE);
    }
}
