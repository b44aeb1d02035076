package apus.kernels.cpu.simd;

import static apus.kernels.cpu.simd.Lanes.B;
import static apus.kernels.cpu.simd.Lanes.F;
import static apus.kernels.cpu.simd.Lanes.L;
import static apus.kernels.cpu.simd.Lanes.LE;
import static apus.kernels.cpu.simd.Raw.FLOAT;
import static apus.kernels.cpu.simd.Raw.MEMORY;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * Outer products of a panel of weights with a tile of tokens: lanes are rows, a number of each
 * token is broadcast, nothing is summed over lanes, and all sums stay in registers. The panel may
 * come from any format. See {@link Bf16Dot} for the form of the methods.
 */
final class PanelDot {
    private PanelDot() {}

    /** A tile of {@link Panel#TOKENS} tokens and {@link Panel#VECTORS} vectors of rows. */
    static void tile(
            MemorySegment x,
            long xAt,
            MemorySegment w,
            long wAt,
            int steps,
            float[] out,
            int outAt) {
        if (Panel.VECTORS == 4) {
            tile6x4(x, xAt, w, wAt, steps, out, outAt);
        } else {
            tile6x2(x, xAt, w, wAt, steps, out, outAt);
        }
    }

    /**
     * Sums of 4 vectors of rows with 6 tokens.
     *
     * @param x f32[steps][6 tokens] from byte xAt on
     * @param w f32[steps][4][L] from byte wAt on
     * @param out f32[6 tokens][4][L] from outAt on, overwritten; an array, for with so many
     *     accesses to a segment a method is too long for C1 and stays with the interpreter
     */
    static void tile6x4(
            MemorySegment x,
            long xAt,
            MemorySegment w,
            long wAt,
            int steps,
            float[] out,
            int outAt) {
        long weights = Raw.address(w, wAt, steps * (4 * B));
        long tokens = Raw.address(x, xAt, steps * 24L);
        FloatVector a00 = FloatVector.zero(F);
        FloatVector a01 = FloatVector.zero(F);
        FloatVector a02 = FloatVector.zero(F);
        FloatVector a03 = FloatVector.zero(F);
        FloatVector a10 = FloatVector.zero(F);
        FloatVector a11 = FloatVector.zero(F);
        FloatVector a12 = FloatVector.zero(F);
        FloatVector a13 = FloatVector.zero(F);
        FloatVector a20 = FloatVector.zero(F);
        FloatVector a21 = FloatVector.zero(F);
        FloatVector a22 = FloatVector.zero(F);
        FloatVector a23 = FloatVector.zero(F);
        FloatVector a30 = FloatVector.zero(F);
        FloatVector a31 = FloatVector.zero(F);
        FloatVector a32 = FloatVector.zero(F);
        FloatVector a33 = FloatVector.zero(F);
        FloatVector a40 = FloatVector.zero(F);
        FloatVector a41 = FloatVector.zero(F);
        FloatVector a42 = FloatVector.zero(F);
        FloatVector a43 = FloatVector.zero(F);
        FloatVector a50 = FloatVector.zero(F);
        FloatVector a51 = FloatVector.zero(F);
        FloatVector a52 = FloatVector.zero(F);
        FloatVector a53 = FloatVector.zero(F);
        for (int s = 0; s < steps; s++) {
            long at = weights + s * (4 * B);
            long u = tokens + s * 24L;
            FloatVector w0 = FloatVector.fromMemorySegment(F, MEMORY, at, LE);
            FloatVector w1 = FloatVector.fromMemorySegment(F, MEMORY, at + B, LE);
            FloatVector w2 = FloatVector.fromMemorySegment(F, MEMORY, at + 2 * B, LE);
            FloatVector w3 = FloatVector.fromMemorySegment(F, MEMORY, at + 3 * B, LE);
            FloatVector v = FloatVector.broadcast(F, MEMORY.get(FLOAT, u));
            a00 = w0.fma(v, a00);
            a01 = w1.fma(v, a01);
            a02 = w2.fma(v, a02);
            a03 = w3.fma(v, a03);
            v = FloatVector.broadcast(F, MEMORY.get(FLOAT, u + 4));
            a10 = w0.fma(v, a10);
            a11 = w1.fma(v, a11);
            a12 = w2.fma(v, a12);
            a13 = w3.fma(v, a13);
            v = FloatVector.broadcast(F, MEMORY.get(FLOAT, u + 8));
            a20 = w0.fma(v, a20);
            a21 = w1.fma(v, a21);
            a22 = w2.fma(v, a22);
            a23 = w3.fma(v, a23);
            v = FloatVector.broadcast(F, MEMORY.get(FLOAT, u + 12));
            a30 = w0.fma(v, a30);
            a31 = w1.fma(v, a31);
            a32 = w2.fma(v, a32);
            a33 = w3.fma(v, a33);
            v = FloatVector.broadcast(F, MEMORY.get(FLOAT, u + 16));
            a40 = w0.fma(v, a40);
            a41 = w1.fma(v, a41);
            a42 = w2.fma(v, a42);
            a43 = w3.fma(v, a43);
            v = FloatVector.broadcast(F, MEMORY.get(FLOAT, u + 20));
            a50 = w0.fma(v, a50);
            a51 = w1.fma(v, a51);
            a52 = w2.fma(v, a52);
            a53 = w3.fma(v, a53);
        }
        a00.intoArray(out, outAt);
        a01.intoArray(out, outAt + L);
        a02.intoArray(out, outAt + 2 * L);
        a03.intoArray(out, outAt + 3 * L);
        a10.intoArray(out, outAt + 4 * L);
        a11.intoArray(out, outAt + 5 * L);
        a12.intoArray(out, outAt + 6 * L);
        a13.intoArray(out, outAt + 7 * L);
        a20.intoArray(out, outAt + 8 * L);
        a21.intoArray(out, outAt + 9 * L);
        a22.intoArray(out, outAt + 10 * L);
        a23.intoArray(out, outAt + 11 * L);
        a30.intoArray(out, outAt + 12 * L);
        a31.intoArray(out, outAt + 13 * L);
        a32.intoArray(out, outAt + 14 * L);
        a33.intoArray(out, outAt + 15 * L);
        a40.intoArray(out, outAt + 16 * L);
        a41.intoArray(out, outAt + 17 * L);
        a42.intoArray(out, outAt + 18 * L);
        a43.intoArray(out, outAt + 19 * L);
        a50.intoArray(out, outAt + 20 * L);
        a51.intoArray(out, outAt + 21 * L);
        a52.intoArray(out, outAt + 22 * L);
        a53.intoArray(out, outAt + 23 * L);
    }

    /**
     * Sums of 2 vectors of rows with 6 tokens.
     *
     * @param x f32[steps][6 tokens] from byte xAt on
     * @param w f32[steps][2][L] from byte wAt on
     * @param out f32[6 tokens][2][L] from outAt on, overwritten; an array, for with so many
     *     accesses to a segment a method is too long for C1 and stays with the interpreter
     */
    static void tile6x2(
            MemorySegment x,
            long xAt,
            MemorySegment w,
            long wAt,
            int steps,
            float[] out,
            int outAt) {
        long weights = Raw.address(w, wAt, steps * (2 * B));
        long tokens = Raw.address(x, xAt, steps * 24L);
        FloatVector a00 = FloatVector.zero(F);
        FloatVector a01 = FloatVector.zero(F);
        FloatVector a10 = FloatVector.zero(F);
        FloatVector a11 = FloatVector.zero(F);
        FloatVector a20 = FloatVector.zero(F);
        FloatVector a21 = FloatVector.zero(F);
        FloatVector a30 = FloatVector.zero(F);
        FloatVector a31 = FloatVector.zero(F);
        FloatVector a40 = FloatVector.zero(F);
        FloatVector a41 = FloatVector.zero(F);
        FloatVector a50 = FloatVector.zero(F);
        FloatVector a51 = FloatVector.zero(F);
        for (int s = 0; s < steps; s++) {
            long at = weights + s * (2 * B);
            long u = tokens + s * 24L;
            FloatVector w0 = FloatVector.fromMemorySegment(F, MEMORY, at, LE);
            FloatVector w1 = FloatVector.fromMemorySegment(F, MEMORY, at + B, LE);
            FloatVector v = FloatVector.broadcast(F, MEMORY.get(FLOAT, u));
            a00 = w0.fma(v, a00);
            a01 = w1.fma(v, a01);
            v = FloatVector.broadcast(F, MEMORY.get(FLOAT, u + 4));
            a10 = w0.fma(v, a10);
            a11 = w1.fma(v, a11);
            v = FloatVector.broadcast(F, MEMORY.get(FLOAT, u + 8));
            a20 = w0.fma(v, a20);
            a21 = w1.fma(v, a21);
            v = FloatVector.broadcast(F, MEMORY.get(FLOAT, u + 12));
            a30 = w0.fma(v, a30);
            a31 = w1.fma(v, a31);
            v = FloatVector.broadcast(F, MEMORY.get(FLOAT, u + 16));
            a40 = w0.fma(v, a40);
            a41 = w1.fma(v, a41);
            v = FloatVector.broadcast(F, MEMORY.get(FLOAT, u + 20));
            a50 = w0.fma(v, a50);
            a51 = w1.fma(v, a51);
        }
        a00.intoArray(out, outAt);
        a01.intoArray(out, outAt + L);
        a10.intoArray(out, outAt + 2 * L);
        a11.intoArray(out, outAt + 3 * L);
        a20.intoArray(out, outAt + 4 * L);
        a21.intoArray(out, outAt + 5 * L);
        a30.intoArray(out, outAt + 6 * L);
        a31.intoArray(out, outAt + 7 * L);
        a40.intoArray(out, outAt + 8 * L);
        a41.intoArray(out, outAt + 9 * L);
        a50.intoArray(out, outAt + 10 * L);
        a51.intoArray(out, outAt + 11 * L);
    }

    /**
     * Adds the sums of 4 classes and those that wait for them in a binary tree: s[out] = ((a + b) +
     * (c + d)) + s[partners] + ...
     *
     * @param sums f32[4][count][L]
     * @param levels how many partners there are, one behind the other, in the order of addition
     * @param count vectors of each
     */
    static void fold(
            float[] sums, MemorySegment s, long partners, int levels, long out, int count) {
        long size = count * B;
        long waiting = Raw.address(s, partners, levels * size);
        long sum = Raw.address(s, out, size);
        for (int i = 0; i < count * L; i += L) {
            FloatVector a = FloatVector.fromArray(F, sums, i);
            FloatVector b = FloatVector.fromArray(F, sums, i + count * L);
            FloatVector c = FloatVector.fromArray(F, sums, i + 2 * count * L);
            FloatVector d = FloatVector.fromArray(F, sums, i + 3 * count * L);
            FloatVector v = a.add(b).add(c.add(d));
            for (int k = 0; k < levels; k++) {
                long at = Raw.bounded(waiting + k * size + i * 4L);
                v = v.add(FloatVector.fromMemorySegment(F, MEMORY, at, LE));
            }
            v.intoMemorySegment(MEMORY, Raw.bounded(sum + i * 4L), LE);
        }
    }
}
