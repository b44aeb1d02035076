package apus.bench.jmh;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import apus.format.DType;
import apus.format.Plain;
import apus.format.Weight;
import apus.kernels.cpu.CpuKernels;
import apus.kernels.cpu.ScalarKernels;
import apus.kernels.cpu.simd.VectorKernels;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;

/** What the benchmarks measure with: kernels by name, and data like a model's. */
final class Kernels {
    private Kernels() {}

    /** {@code vector} or {@code scalar}. */
    static CpuKernels of(String name) {
        return name.equals("scalar") ? new ScalarKernels() : new VectorKernels();
    }

    /** f32[n] around 0, no denormals: those would be what is measured. */
    static MemorySegment floats(Arena arena, long n, long seed) {
        Random random = new Random(seed);
        MemorySegment values = arena.allocate(n * Float.BYTES, 64);
        for (long i = 0; i < n; i++) {
            values.setAtIndex(JAVA_FLOAT, i, random.nextFloat() - 0.5f);
        }
        return values;
    }

    /** A weight matrix of this type. */
    static Weight weight(Arena arena, DType type, int rows, int cols) {
        long n = (long) rows * cols;
        MemorySegment floats = floats(arena, n, 7);
        if (type == DType.F32) {
            return new Weight("w", new Plain(type), rows, cols, floats);
        }
        MemorySegment halves = arena.allocate(n * Short.BYTES, 64);
        for (long i = 0; i < n; i++) {
            float value = floats.getAtIndex(JAVA_FLOAT, i);
            short bits =
                    type == DType.BF16
                            ? (short) (Float.floatToRawIntBits(value) >>> 16)
                            : Float.floatToFloat16(value);
            halves.setAtIndex(ValueLayout.JAVA_SHORT, i, bits);
        }
        return new Weight("w", new Plain(type), rows, cols, halves);
    }
}
