package apus.kernels.cpu.simd;

import static apus.kernels.cpu.simd.Lanes.F;
import static apus.kernels.cpu.simd.Lanes.L;
import static apus.kernels.cpu.simd.Lanes.LE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import apus.format.QuadTiled;
import apus.kernels.cpu.tile.QuadInputs;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Blocks of numbers as digits of base 256, a vector at a time; the plain version is {@link
 * QuadInputs#write}.
 */
final class DigitSplit {
    private static final int BLOCK = QuadTiled.BLOCK;

    private static final VectorSpecies<Byte> QUARTER =
            VectorSpecies.of(
                    byte.class, VectorShape.forBitSize(Math.max(64, F.vectorBitSize() / 4)));

    /**
     * Added to a number up to 2^22 and its sign, it gives one between 2^23 and 2^24, where the
     * distance of numbers is 1: the nearest whole number, ties to even, in the lowest bits.
     */
    private static final float MAGIC = 0x1.8p23f;

    private static final int MAGIC_BITS = Float.floatToRawIntBits(MAGIC);

    private DigitSplit() {}

    /** Whether vectors fit. */
    static boolean fits() {
        return QUARTER.length() == L && BLOCK % L == 0;
    }

    static void write(
            int digits,
            int blocks,
            MemorySegment x,
            long from,
            MemorySegment out,
            long at,
            long stride,
            long scales) {
        for (int b = 0; b < blocks; b++) {
            long block = (from + (long) b * BLOCK) * Float.BYTES;
            long to = at + b * stride;
            FloatVector most = FloatVector.zero(F);
            for (int c = 0; c < BLOCK; c += L) {
                most = most.max(FloatVector.fromMemorySegment(F, x, block + 4L * c, LE).abs());
            }
            float largest = most.reduceLanes(VectorOperators.MAX);
            if (!QuadInputs.isOrdinary(largest)) {
                float scale = QuadInputs.zeros(digits, largest, out, to);
                out.setAtIndex(JAVA_FLOAT, scales + b, scale);
                continue;
            }
            int up = QuadInputs.up(digits, largest);
            // A power of two: exact, but for numbers that round to 0 either way.
            FloatVector factor = FloatVector.broadcast(F, Math.scalb(1f, up));
            for (int c = 0; c < BLOCK; c += L) {
                // No methods of our own: see SumScaling.
                FloatVector v = FloatVector.fromMemorySegment(F, x, block + 4L * c, LE);
                IntVector number = v.mul(factor).add(MAGIC).reinterpretAsInts().sub(MAGIC_BITS);
                long last = to + (long) (digits - 1) * BLOCK + c;
                ((ByteVector) number.convertShape(VectorOperators.I2B, QUARTER, 0))
                        .intoMemorySegment(out, last, LE);
                // The digit is the lowest eight bits with their sign: (n - digit) / 256.
                if (digits > 1) {
                    number = number.add(0x80).lanewise(VectorOperators.ASHR, 8);
                    ((ByteVector) number.convertShape(VectorOperators.I2B, QUARTER, 0))
                            .intoMemorySegment(out, last - BLOCK, LE);
                }
                if (digits > 2) {
                    number = number.add(0x80).lanewise(VectorOperators.ASHR, 8);
                    ((ByteVector) number.convertShape(VectorOperators.I2B, QUARTER, 0))
                            .intoMemorySegment(out, last - 2 * BLOCK, LE);
                }
            }
            out.setAtIndex(JAVA_FLOAT, scales + b, Math.scalb(1f, -up));
        }
    }
}
