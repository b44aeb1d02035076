package apus.kernels.cpu.simd;

import static apus.kernels.cpu.simd.Lanes.F;
import static apus.kernels.cpu.simd.Lanes.L;
import static apus.kernels.cpu.simd.Lanes.LE;
import static apus.kernels.cpu.simd.Raw.MEMORY;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import apus.format.spec.Act;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * Activations times what they gate. SiLU is g / (1 + e^-g). GELU's approximation, 0.5 g (1 + tanh
 * u), is g / (1 + e^-2u) with 2u = sqrt(8 / pi) (g + 0.044715 g^3). So both are an exponent g (a +
 * b g^2), its power, and a division: three passes over memory, because of {@link VectorMath}.
 */
final class Activations {
    // sqrt(8 / pi), and that times 0.044715.
    private static final float LINEAR = 1.595769f;
    private static final float CUBE = 0.07135481f;

    private Activations() {}

    static void gated(
            Act act, MemorySegment gate, long gateAt, MemorySegment up, long upAt, int n) {
        switch (act) {
            case SILU -> {
                exponents(gate, gateAt, up, upAt, -1, 0, n);
                VectorMath.exp(gate, gateAt, n);
                divide(gate, gateAt, up, upAt, n);
            }
            case GELU_TANH -> {
                exponents(gate, gateAt, up, upAt, -LINEAR, -CUBE, n);
                VectorMath.exp(gate, gateAt, n);
                divide(gate, gateAt, up, upAt, n);
            }
            case GELU -> {
                for (int i = 0; i < n; i++) {
                    float g = VectorMath.gelu(gate.getAtIndex(JAVA_FLOAT, gateAt + i));
                    gate.setAtIndex(
                            JAVA_FLOAT, gateAt + i, g * up.getAtIndex(JAVA_FLOAT, upAt + i));
                }
            }
            case RELU -> {
                for (int i = 0; i < n; i++) {
                    float g = Math.max(gate.getAtIndex(JAVA_FLOAT, gateAt + i), 0);
                    gate.setAtIndex(
                            JAVA_FLOAT, gateAt + i, g * up.getAtIndex(JAVA_FLOAT, upAt + i));
                }
            }
        }
    }

    /** See {@link apus.kernels.cpu.CpuKernels#gatedWithin}. */
    static void gatedWithin(
            float limit, MemorySegment gate, long gateAt, MemorySegment up, long upAt, int n) {
        for (int i = 0; i < n; i++) {
            float g = Math.min(gate.getAtIndex(JAVA_FLOAT, gateAt + i), limit);
            float u = Math.clamp(up.getAtIndex(JAVA_FLOAT, upAt + i), -limit, limit);
            up.setAtIndex(JAVA_FLOAT, upAt + i, g * (u + 1));
            gate.setAtIndex(JAVA_FLOAT, gateAt + i, -1.702f * g);
        }
        VectorMath.exp(gate, gateAt, n);
        divide(gate, gateAt, up, upAt, n);
    }

    /** up = gate * up, then gate = gate (a + b gate^2). */
    private static void exponents(
            MemorySegment gate, long gateAt, MemorySegment up, long upAt, float a, float b, int n) {
        long gates = Raw.address(gate, gateAt * Float.BYTES, (long) n * Float.BYTES);
        long ups = Raw.address(up, upAt * Float.BYTES, (long) n * Float.BYTES);
        int i = 0;
        for (; i + L <= n; i += L) {
            long at = Raw.bounded(gates + i * 4L);
            long upByte = Raw.bounded(ups + i * 4L);
            FloatVector g = FloatVector.fromMemorySegment(F, MEMORY, at, LE);
            FloatVector u = FloatVector.fromMemorySegment(F, MEMORY, upByte, LE);
            u.mul(g).intoMemorySegment(MEMORY, upByte, LE);
            g.mul(g)
                    .fma(FloatVector.broadcast(F, b), FloatVector.broadcast(F, a))
                    .mul(g)
                    .intoMemorySegment(MEMORY, at, LE);
        }
        for (; i < n; i++) {
            float g = gate.getAtIndex(JAVA_FLOAT, gateAt + i);
            up.setAtIndex(JAVA_FLOAT, upAt + i, up.getAtIndex(JAVA_FLOAT, upAt + i) * g);
            gate.setAtIndex(JAVA_FLOAT, gateAt + i, Math.fma(g * g, b, a) * g);
        }
    }

    /** gate = up / (1 + gate). */
    private static void divide(
            MemorySegment gate, long gateAt, MemorySegment up, long upAt, int n) {
        long gates = Raw.address(gate, gateAt * Float.BYTES, (long) n * Float.BYTES);
        long ups = Raw.address(up, upAt * Float.BYTES, (long) n * Float.BYTES);
        int i = 0;
        for (; i + L <= n; i += L) {
            long at = Raw.bounded(gates + i * 4L);
            FloatVector.fromMemorySegment(F, MEMORY, Raw.bounded(ups + i * 4L), LE)
                    .div(FloatVector.fromMemorySegment(F, MEMORY, at, LE).add(1f))
                    .intoMemorySegment(MEMORY, at, LE);
        }
        for (; i < n; i++) {
            float divisor = gate.getAtIndex(JAVA_FLOAT, gateAt + i) + 1;
            gate.setAtIndex(JAVA_FLOAT, gateAt + i, up.getAtIndex(JAVA_FLOAT, upAt + i) / divisor);
        }
    }
}
