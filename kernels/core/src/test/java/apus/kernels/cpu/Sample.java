package apus.kernels.cpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import apus.format.DType;
import apus.format.Plain;
import apus.format.Weight;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;

/**
 * Random operands. Numbers are normally distributed like real weights: uniformly random bits would
 * hold subnormals, which cost a microcode assist each.
 */
final class Sample {
    private final Arena arena = Arena.ofAuto();
    private final Random random;

    Sample(long seed) {
        random = new Random(seed);
    }

    /** f32[n], standard normal. */
    MemorySegment floats(long n) {
        MemorySegment s = arena.allocate(n * Float.BYTES, 64);
        for (long i = 0; i < n; i++) {
            s.setAtIndex(JAVA_FLOAT, i, (float) random.nextGaussian());
        }
        return s;
    }

    /** f32[n] of zeros. */
    MemorySegment zeros(long n) {
        return arena.allocate(n * Float.BYTES, 64);
    }

    MemorySegment copy(MemorySegment s) {
        return arena.allocate(s.byteSize(), 64).copyFrom(s);
    }

    /**
     * A weight whose data begins {@code shift} bytes after an aligned address, as it may in a file.
     */
    Weight weight(DType type, int rows, int cols, int shift) {
        long n = (long) rows * cols;
        MemorySegment data =
                arena.allocate(n * type.bytes() + shift, 64).asSlice(shift, n * type.bytes());
        float scale = (float) (1 / Math.sqrt(cols));
        for (long i = 0; i < n; i++) {
            float value = (float) random.nextGaussian() * scale;
            if (type == DType.F32) {
                data.set(JAVA_FLOAT_UNALIGNED, i * 4, value);
            } else if (type == DType.F16) {
                data.set(JAVA_SHORT_UNALIGNED, i * 2, Float.floatToFloat16(value));
            } else {
                data.set(
                        JAVA_SHORT_UNALIGNED,
                        i * 2,
                        (short) (Float.floatToRawIntBits(value) >>> 16));
            }
        }
        return new Weight("w", new Plain(type), rows, cols, data.asReadOnly());
    }
}
