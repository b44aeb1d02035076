package apus.kernels.tornado;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import uk.ac.manchester.tornado.api.types.HalfFloat;
import uk.ac.manchester.tornado.api.types.arrays.ByteArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.HalfFloatArray;
import uk.ac.manchester.tornado.api.types.arrays.ShortArray;

/** Random operands, and how near two results are. */
final class Samples {
    private final Random random;

    Samples(long seed) {
        random = new Random(seed);
    }

    /** Standard normal. */
    FloatArray floats(int n) {
        FloatArray array = new FloatArray(n);
        for (int i = 0; i < n; i++) {
            array.set(i, (float) random.nextGaussian());
        }
        return array;
    }

    /** bfloat16, with zeros of both signs and numbers below 2^-126. */
    ShortArray bf16(int n) {
        ShortArray array = new ShortArray(n);
        for (int i = 0; i < n; i++) {
            int bits = Float.floatToRawIntBits((float) random.nextGaussian() * 0.1f) >>> 16;
            array.set(i, (short) bits);
        }
        array.set(0, (short) 0);
        array.set(n / 2, (short) 0x8000);
        array.set(n - 1, (short) 0x0007);
        return array;
    }

    /** IEEE half. */
    HalfFloatArray f16(int n) {
        HalfFloatArray array = new HalfFloatArray(n);
        for (int i = 0; i < n; i++) {
            array.set(i, new HalfFloat((float) random.nextGaussian() * 0.1f));
        }
        return array;
    }

    /** Any. */
    ByteArray bytes(int n) {
        ByteArray array = new ByteArray(n);
        for (int i = 0; i < n; i++) {
            array.set(i, (byte) random.nextInt(256));
        }
        return array;
    }

    static FloatArray copy(FloatArray array) {
        return FloatArray.fromSegment(array.getSegment());
    }

    static MemorySegment segment(FloatArray array, Arena arena) {
        MemorySegment copy = arena.allocate(array.getNumBytesOfSegment(), 64);
        return copy.copyFrom(array.getSegment());
    }

    /** Normalised mean squared error, sum (a - b)^2 / sum b^2, is at most {@code bound}. */
    static void assertNear(FloatArray wanted, FloatArray found, double bound, String what) {
        double error = 0;
        double norm = 0;
        for (int i = 0; i < wanted.getSize(); i++) {
            error += Math.pow((double) wanted.get(i) - found.get(i), 2);
            norm += Math.pow(wanted.get(i), 2);
        }
        // Written so that NaN fails too.
        assertTrue(error <= bound * norm && norm > 0, what + ": " + error / norm);
    }

    static FloatArray floats(MemorySegment segment) {
        FloatArray array = new FloatArray((int) (segment.byteSize() / Float.BYTES));
        for (int i = 0; i < array.getSize(); i++) {
            array.set(i, segment.getAtIndex(ValueLayout.JAVA_FLOAT, i));
        }
        return array;
    }
}
