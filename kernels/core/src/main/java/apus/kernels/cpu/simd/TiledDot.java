package apus.kernels.cpu.simd;

import static apus.kernels.cpu.simd.Lanes.B;
import static apus.kernels.cpu.simd.Lanes.F;
import static apus.kernels.cpu.simd.Lanes.I;
import static apus.kernels.cpu.simd.Lanes.L;
import static apus.kernels.cpu.simd.Lanes.LE;
import static apus.kernels.cpu.simd.Raw.FLOAT;
import static apus.kernels.cpu.simd.Raw.MEMORY;

import apus.format.SmallFloats;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * One tile of {@link apus.format.Tiled} rows times one token, a row per lane: of each block the sum
 * of number times input in order of columns, then this times the block's scale added to the row's
 * sum. {@link TilePanel} makes the same sums for many tokens.
 *
 * <p>The loops handle one column at a time, of which C2 makes as good code as of an unrolled body;
 * with 16 widenings in the body it stops inlining and boxes vectors.
 */
final class TiledDot {
    /** Vectors of rows of a tile: 4 sums hide the latency of each other's addition. */
    static final int VECTORS = 4;

    /** Rows of a tile. */
    static final int ROWS = VECTORS * L;

    /** As many bytes as a float vector has lanes; 8 at least, which is the narrowest there is. */
    static final VectorSpecies<Byte> BYTES =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, L * 8)));

    /** Bits of the float of each of 16 numbers E2M1; repeats where a vector is longer. */
    private static final IntVector E2M1 = e2m1Table();

    private TiledDot() {}

    private static IntVector e2m1Table() {
        int[] bits = new int[L];
        for (int i = 0; i < L; i++) {
            bits[i] = Float.floatToRawIntBits(SmallFloats.e2m1(i));
        }
        return IntVector.fromArray(I, bits, 0);
    }

    /**
     * Numbers of a byte.
     *
     * @param w int8[cols][ROWS] from byte at on
     * @param scales f32[blocks][ROWS] from byte scalesAt on
     * @param x f32[cols] from byte xAt on
     * @param block columns of a block; the last may be shorter
     * @param sums f32[ROWS] from byte sumsAt on, added to
     */
    static void bytes(
            MemorySegment w,
            long at,
            MemorySegment scales,
            long scalesAt,
            MemorySegment x,
            long xAt,
            int cols,
            int block,
            MemorySegment sums,
            long sumsAt) {
        FloatVector a0 = FloatVector.fromMemorySegment(F, sums, sumsAt, LE);
        FloatVector a1 = FloatVector.fromMemorySegment(F, sums, sumsAt + B, LE);
        FloatVector a2 = FloatVector.fromMemorySegment(F, sums, sumsAt + 2 * B, LE);
        FloatVector a3 = FloatVector.fromMemorySegment(F, sums, sumsAt + 3 * B, LE);
        long numbers = Raw.address(w, at, (long) cols * ROWS);
        long factors = Raw.address(scales, scalesAt, Math.ceilDiv(cols, block) * (VECTORS * B));
        long inputs = Raw.address(x, xAt, cols * 4L);
        for (int from = 0; from < cols; from += block) {
            int n = Math.min(block, cols - from);
            long first = Raw.bounded(numbers + (long) from * ROWS);
            long input = Raw.bounded(inputs + from * 4L);
            FloatVector p0 = FloatVector.zero(F);
            FloatVector p1 = FloatVector.zero(F);
            FloatVector p2 = FloatVector.zero(F);
            FloatVector p3 = FloatVector.zero(F);
            for (int i = 0; i < n; i++) {
                long u = first + (long) i * ROWS;
                FloatVector v = FloatVector.broadcast(F, MEMORY.get(FLOAT, input + i * 4L));
                p0 = widened(MEMORY, u).fma(v, p0);
                p1 = widened(MEMORY, u + L).fma(v, p1);
                p2 = widened(MEMORY, u + 2L * L).fma(v, p2);
                p3 = widened(MEMORY, u + 3L * L).fma(v, p3);
            }
            long s = Raw.bounded(factors + from / block * (VECTORS * B));
            a0 = p0.fma(FloatVector.fromMemorySegment(F, MEMORY, s, LE), a0);
            a1 = p1.fma(FloatVector.fromMemorySegment(F, MEMORY, s + B, LE), a1);
            a2 = p2.fma(FloatVector.fromMemorySegment(F, MEMORY, s + 2 * B, LE), a2);
            a3 = p3.fma(FloatVector.fromMemorySegment(F, MEMORY, s + 3 * B, LE), a3);
        }
        a0.intoMemorySegment(sums, sumsAt, LE);
        a1.intoMemorySegment(sums, sumsAt + B, LE);
        a2.intoMemorySegment(sums, sumsAt + 2 * B, LE);
        a3.intoMemorySegment(sums, sumsAt + 3 * B, LE);
    }

    /**
     * Floats of a byte, E4M3.
     *
     * @param w bytes[cols][ROWS] from byte at on
     * @param scales f32[blocks][ROWS] from byte scalesAt on
     * @param x f32[cols] from byte xAt on
     * @param block columns of a block; the last may be shorter
     * @param sums f32[ROWS] from byte sumsAt on, added to
     */
    static void e4m3(
            MemorySegment w,
            long at,
            MemorySegment scales,
            long scalesAt,
            MemorySegment x,
            long xAt,
            int cols,
            int block,
            MemorySegment sums,
            long sumsAt) {
        FloatVector a0 = FloatVector.fromMemorySegment(F, sums, sumsAt, LE);
        FloatVector a1 = FloatVector.fromMemorySegment(F, sums, sumsAt + B, LE);
        FloatVector a2 = FloatVector.fromMemorySegment(F, sums, sumsAt + 2 * B, LE);
        FloatVector a3 = FloatVector.fromMemorySegment(F, sums, sumsAt + 3 * B, LE);
        long numbers = Raw.address(w, at, (long) cols * ROWS);
        long factors = Raw.address(scales, scalesAt, Math.ceilDiv(cols, block) * (VECTORS * B));
        long inputs = Raw.address(x, xAt, cols * 4L);
        for (int from = 0; from < cols; from += block) {
            int n = Math.min(block, cols - from);
            long first = Raw.bounded(numbers + (long) from * ROWS);
            long input = Raw.bounded(inputs + from * 4L);
            FloatVector p0 = FloatVector.zero(F);
            FloatVector p1 = FloatVector.zero(F);
            FloatVector p2 = FloatVector.zero(F);
            FloatVector p3 = FloatVector.zero(F);
            for (int i = 0; i < n; i++) {
                long u = first + (long) i * ROWS;
                FloatVector v = FloatVector.broadcast(F, MEMORY.get(FLOAT, input + i * 4L));
                p0 = e4m3(MEMORY, u).fma(v, p0);
                p1 = e4m3(MEMORY, u + L).fma(v, p1);
                p2 = e4m3(MEMORY, u + 2L * L).fma(v, p2);
                p3 = e4m3(MEMORY, u + 3L * L).fma(v, p3);
            }
            long s = Raw.bounded(factors + from / block * (VECTORS * B));
            a0 = p0.fma(FloatVector.fromMemorySegment(F, MEMORY, s, LE), a0);
            a1 = p1.fma(FloatVector.fromMemorySegment(F, MEMORY, s + B, LE), a1);
            a2 = p2.fma(FloatVector.fromMemorySegment(F, MEMORY, s + 2 * B, LE), a2);
            a3 = p3.fma(FloatVector.fromMemorySegment(F, MEMORY, s + 3 * B, LE), a3);
        }
        a0.intoMemorySegment(sums, sumsAt, LE);
        a1.intoMemorySegment(sums, sumsAt + B, LE);
        a2.intoMemorySegment(sums, sumsAt + 2 * B, LE);
        a3.intoMemorySegment(sums, sumsAt + 3 * B, LE);
    }

    /**
     * Numbers of four bits.
     *
     * @param w int32[blocks][words][ROWS] from byte at on; a word holds 8 columns, the first lowest
     * @param words words of a block, ceil(block / 8)
     */
    static void nibbles(
            MemorySegment w,
            long at,
            int words,
            MemorySegment scales,
            long scalesAt,
            MemorySegment x,
            long xAt,
            int cols,
            int block,
            MemorySegment sums,
            long sumsAt) {
        FloatVector a0 = FloatVector.fromMemorySegment(F, sums, sumsAt, LE);
        FloatVector a1 = FloatVector.fromMemorySegment(F, sums, sumsAt + B, LE);
        FloatVector a2 = FloatVector.fromMemorySegment(F, sums, sumsAt + 2 * B, LE);
        FloatVector a3 = FloatVector.fromMemorySegment(F, sums, sumsAt + 3 * B, LE);
        long blockBytes = words * (VECTORS * B);
        int blocks = Math.ceilDiv(cols, block);
        long numbers = Raw.address(w, at, blocks * blockBytes);
        long factors = Raw.address(scales, scalesAt, blocks * (VECTORS * B));
        long inputs = Raw.address(x, xAt, cols * 4L);
        for (int b = 0; b < blocks; b++) {
            int n = Math.min(block, cols - b * block);
            long first = Raw.bounded(numbers + b * blockBytes);
            long input = Raw.bounded(inputs + b * (block * 4L));
            FloatVector p0 = FloatVector.zero(F);
            FloatVector p1 = FloatVector.zero(F);
            FloatVector p2 = FloatVector.zero(F);
            FloatVector p3 = FloatVector.zero(F);
            for (int i = 0; i < n; i++) {
                long u = first + (i >> 3) * (VECTORS * B);
                int left = 28 - ((i & 7) << 2);
                FloatVector v = FloatVector.broadcast(F, MEMORY.get(FLOAT, input + i * 4L));
                p0 = nibble(MEMORY, u, left).fma(v, p0);
                p1 = nibble(MEMORY, u + B, left).fma(v, p1);
                p2 = nibble(MEMORY, u + 2 * B, left).fma(v, p2);
                p3 = nibble(MEMORY, u + 3 * B, left).fma(v, p3);
            }
            long s = factors + b * (VECTORS * B);
            a0 = p0.fma(FloatVector.fromMemorySegment(F, MEMORY, s, LE), a0);
            a1 = p1.fma(FloatVector.fromMemorySegment(F, MEMORY, s + B, LE), a1);
            a2 = p2.fma(FloatVector.fromMemorySegment(F, MEMORY, s + 2 * B, LE), a2);
            a3 = p3.fma(FloatVector.fromMemorySegment(F, MEMORY, s + 3 * B, LE), a3);
        }
        a0.intoMemorySegment(sums, sumsAt, LE);
        a1.intoMemorySegment(sums, sumsAt + B, LE);
        a2.intoMemorySegment(sums, sumsAt + 2 * B, LE);
        a3.intoMemorySegment(sums, sumsAt + 3 * B, LE);
    }

    /**
     * Floats of four bits, E2M1.
     *
     * @param w int32[blocks][words][ROWS] from byte at on; a word holds 8 columns, the first lowest
     * @param words words of a block, ceil(block / 8)
     */
    static void e2m1(
            MemorySegment w,
            long at,
            int words,
            MemorySegment scales,
            long scalesAt,
            MemorySegment x,
            long xAt,
            int cols,
            int block,
            MemorySegment sums,
            long sumsAt) {
        FloatVector a0 = FloatVector.fromMemorySegment(F, sums, sumsAt, LE);
        FloatVector a1 = FloatVector.fromMemorySegment(F, sums, sumsAt + B, LE);
        FloatVector a2 = FloatVector.fromMemorySegment(F, sums, sumsAt + 2 * B, LE);
        FloatVector a3 = FloatVector.fromMemorySegment(F, sums, sumsAt + 3 * B, LE);
        long blockBytes = words * (VECTORS * B);
        int blocks = Math.ceilDiv(cols, block);
        long numbers = Raw.address(w, at, blocks * blockBytes);
        long factors = Raw.address(scales, scalesAt, blocks * (VECTORS * B));
        long inputs = Raw.address(x, xAt, cols * 4L);
        for (int b = 0; b < blocks; b++) {
            int n = Math.min(block, cols - b * block);
            long first = Raw.bounded(numbers + b * blockBytes);
            long input = Raw.bounded(inputs + b * (block * 4L));
            FloatVector p0 = FloatVector.zero(F);
            FloatVector p1 = FloatVector.zero(F);
            FloatVector p2 = FloatVector.zero(F);
            FloatVector p3 = FloatVector.zero(F);
            for (int i = 0; i < n; i++) {
                long u = first + (i >> 3) * (VECTORS * B);
                int left = 28 - ((i & 7) << 2);
                FloatVector v = FloatVector.broadcast(F, MEMORY.get(FLOAT, input + i * 4L));
                p0 = e2m1(MEMORY, u, left).fma(v, p0);
                p1 = e2m1(MEMORY, u + B, left).fma(v, p1);
                p2 = e2m1(MEMORY, u + 2 * B, left).fma(v, p2);
                p3 = e2m1(MEMORY, u + 3 * B, left).fma(v, p3);
            }
            long s = factors + b * (VECTORS * B);
            a0 = p0.fma(FloatVector.fromMemorySegment(F, MEMORY, s, LE), a0);
            a1 = p1.fma(FloatVector.fromMemorySegment(F, MEMORY, s + B, LE), a1);
            a2 = p2.fma(FloatVector.fromMemorySegment(F, MEMORY, s + 2 * B, LE), a2);
            a3 = p3.fma(FloatVector.fromMemorySegment(F, MEMORY, s + 3 * B, LE), a3);
        }
        a0.intoMemorySegment(sums, sumsAt, LE);
        a1.intoMemorySegment(sums, sumsAt + B, LE);
        a2.intoMemorySegment(sums, sumsAt + 2 * B, LE);
        a3.intoMemorySegment(sums, sumsAt + 3 * B, LE);
    }

    /**
     * Numbers of four bits less the zero of their block.
     *
     * @param zeros f32[blocks][ROWS] from byte zerosAt on
     * @param words words of a block, ceil(block / 8)
     */
    static void nibblesFrom(
            MemorySegment w,
            long at,
            int words,
            MemorySegment scales,
            long scalesAt,
            MemorySegment zeros,
            long zerosAt,
            MemorySegment x,
            long xAt,
            int cols,
            int block,
            MemorySegment sums,
            long sumsAt) {
        FloatVector a0 = FloatVector.fromMemorySegment(F, sums, sumsAt, LE);
        FloatVector a1 = FloatVector.fromMemorySegment(F, sums, sumsAt + B, LE);
        FloatVector a2 = FloatVector.fromMemorySegment(F, sums, sumsAt + 2 * B, LE);
        FloatVector a3 = FloatVector.fromMemorySegment(F, sums, sumsAt + 3 * B, LE);
        long blockBytes = words * (VECTORS * B);
        int blocks = Math.ceilDiv(cols, block);
        long numbers = Raw.address(w, at, blocks * blockBytes);
        long factors = Raw.address(scales, scalesAt, blocks * (VECTORS * B));
        long subtracted = Raw.address(zeros, zerosAt, blocks * (VECTORS * B));
        long inputs = Raw.address(x, xAt, cols * 4L);
        for (int b = 0; b < blocks; b++) {
            int n = Math.min(block, cols - b * block);
            long first = Raw.bounded(numbers + b * blockBytes);
            long input = Raw.bounded(inputs + b * (block * 4L));
            long zero = Raw.bounded(subtracted + b * (VECTORS * B));
            FloatVector z0 = FloatVector.fromMemorySegment(F, MEMORY, zero, LE);
            FloatVector z1 = FloatVector.fromMemorySegment(F, MEMORY, zero + B, LE);
            FloatVector z2 = FloatVector.fromMemorySegment(F, MEMORY, zero + 2 * B, LE);
            FloatVector z3 = FloatVector.fromMemorySegment(F, MEMORY, zero + 3 * B, LE);
            FloatVector p0 = FloatVector.zero(F);
            FloatVector p1 = FloatVector.zero(F);
            FloatVector p2 = FloatVector.zero(F);
            FloatVector p3 = FloatVector.zero(F);
            for (int i = 0; i < n; i++) {
                long u = first + (i >> 3) * (VECTORS * B);
                int left = 28 - ((i & 7) << 2);
                FloatVector v = FloatVector.broadcast(F, MEMORY.get(FLOAT, input + i * 4L));
                p0 = nibble(MEMORY, u, left).sub(z0).fma(v, p0);
                p1 = nibble(MEMORY, u + B, left).sub(z1).fma(v, p1);
                p2 = nibble(MEMORY, u + 2 * B, left).sub(z2).fma(v, p2);
                p3 = nibble(MEMORY, u + 3 * B, left).sub(z3).fma(v, p3);
            }
            long s = factors + b * (VECTORS * B);
            a0 = p0.fma(FloatVector.fromMemorySegment(F, MEMORY, s, LE), a0);
            a1 = p1.fma(FloatVector.fromMemorySegment(F, MEMORY, s + B, LE), a1);
            a2 = p2.fma(FloatVector.fromMemorySegment(F, MEMORY, s + 2 * B, LE), a2);
            a3 = p3.fma(FloatVector.fromMemorySegment(F, MEMORY, s + 3 * B, LE), a3);
        }
        a0.intoMemorySegment(sums, sumsAt, LE);
        a1.intoMemorySegment(sums, sumsAt + B, LE);
        a2.intoMemorySegment(sums, sumsAt + 2 * B, LE);
        a3.intoMemorySegment(sums, sumsAt + 3 * B, LE);
    }

    static FloatVector widened(MemorySegment w, long at) {
        return (FloatVector)
                ByteVector.fromMemorySegment(BYTES, w, at, LE)
                        .convertShape(VectorOperators.B2F, F, 0);
    }

    /**
     * The four bits of each word that a shift by {@code left} brings to the top, with their sign.
     */
    static FloatVector nibble(MemorySegment w, long at, int left) {
        return (FloatVector)
                IntVector.fromMemorySegment(I, w, at, LE)
                        .lanewise(VectorOperators.LSHL, left)
                        .lanewise(VectorOperators.ASHR, 28)
                        .convert(VectorOperators.I2F, 0);
    }

    /**
     * Floats E4M3. Exponent and mantissa are put where those of f32 are, so that the exponent is
     * 120 too small; subnormal numbers become subnormal numbers.
     */
    static FloatVector e4m3(MemorySegment w, long at) {
        return ((IntVector)
                        ByteVector.fromMemorySegment(BYTES, w, at, LE)
                                .convertShape(VectorOperators.B2I, I, 0))
                .lanewise(VectorOperators.LSHL, 20)
                .lanewise(VectorOperators.AND, 0x87F00000)
                .reinterpretAsFloats()
                .mul(0x1p120f);
    }

    /**
     * Floats E2M1 of the four bits of each word that a shift by {@code left} brings to the top:
     * from a table if a vector has room for one. Else exponent and mantissa are put where those of
     * f32 are, with 126 added to the exponent: that is right from 1 on, and gives 0.5 and 0.75 for
     * 0 and 0.5, for which 2v - 1 is right; elsewhere it is larger than v.
     */
    static FloatVector e2m1(MemorySegment w, long at, int left) {
        IntVector top =
                IntVector.fromMemorySegment(I, w, at, LE).lanewise(VectorOperators.LSHL, left);
        if (L == 16) {
            return top.lanewise(VectorOperators.LSHR, 28).selectFrom(E2M1).reinterpretAsFloats();
        }
        FloatVector v =
                top.lanewise(VectorOperators.AND, 0x70000000)
                        .lanewise(VectorOperators.LSHR, 6)
                        .lanewise(VectorOperators.ADD, 126 << 23)
                        .reinterpretAsFloats();
        return v.min(v.add(v).sub(1f))
                .reinterpretAsInts()
                .lanewise(VectorOperators.OR, top.lanewise(VectorOperators.AND, 1 << 31))
                .reinterpretAsFloats();
    }
}
