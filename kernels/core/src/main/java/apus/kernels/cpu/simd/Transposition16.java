package apus.kernels.cpu.simd;

import static apus.kernels.cpu.simd.Lanes.B;
import static apus.kernels.cpu.simd.Lanes.I;
import static apus.kernels.cpu.simd.Lanes.L;
import static apus.kernels.cpu.simd.Lanes.LE;
import static apus.kernels.cpu.simd.Raw.MEMORY;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * {@link Transposition} for vectors of 16 lanes, without touching single numbers. A butterfly: at
 * distance d two vectors exchange the lanes whose number has, or has not, the bit d. Distances 1
 * and 2 in one pass over groups of 4 rows, 4 and 8 in a second one over the vectors that are 4
 * apart.
 */
final class Transposition16 {
    /** Bytes of a square. */
    private static final long SQUARE = L * B;

    private static final IntVector LOW_1 = low(1);
    private static final IntVector HIGH_1 = high(1);
    private static final IntVector LOW_2 = low(2);
    private static final IntVector HIGH_2 = high(2);
    private static final IntVector LOW_4 = low(4);
    private static final IntVector HIGH_4 = high(4);
    private static final IntVector LOW_8 = low(8);
    private static final IntVector HIGH_8 = high(8);

    private Transposition16() {}

    // Lane numbers of two vectors in a row: of the first as they are, of the second plus L.

    /** Lanes without the bit from the first; with it, the second's lanes without. */
    private static IntVector low(int bit) {
        int[] lanes = new int[L];
        for (int i = 0; i < L; i++) {
            lanes[i] = ((i & bit) == 0 ? i : L + i - bit) % (2 * L);
        }
        return IntVector.fromArray(I, lanes, 0);
    }

    /** Lanes without the bit: the first's lanes with it; with it, the second's as they are. */
    private static IntVector high(int bit) {
        int[] lanes = new int[L];
        for (int i = 0; i < L; i++) {
            lanes[i] = ((i & bit) == 0 ? i + bit : L + i) % (2 * L);
        }
        return IntVector.fromArray(I, lanes, 0);
    }

    /** The first pass of {@link Transposition#turn}; {@link #whole} or {@link #halves} finish. */
    static void begin(
            MemorySegment w, long at, long stride, int rows, int units, MemorySegment s, long t) {
        for (int g = 0; g < L; g += 4) {
            long r0 = at + Math.min(g, rows - 1) * stride;
            long r1 = at + Math.min(g + 1, rows - 1) * stride;
            long r2 = at + Math.min(g + 2, rows - 1) * stride;
            long r3 = at + Math.min(g + 3, rows - 1) * stride;
            fours(w, r0, r1, r2, r3, units, s, t + g * B);
        }
    }

    private static void fours(
            MemorySegment w,
            long r0,
            long r1,
            long r2,
            long r3,
            int units,
            MemorySegment t,
            long tAt) {
        long row0 = Raw.address(w, r0, units * B);
        long row1 = Raw.address(w, r1, units * B);
        long row2 = Raw.address(w, r2, units * B);
        long row3 = Raw.address(w, r3, units * B);
        long out = Raw.address(t, tAt, (units - 1) * SQUARE + 4 * B);
        for (int u = 0; u < units; u++) {
            long at = u * B;
            long to = out + u * SQUARE;
            IntVector a = IntVector.fromMemorySegment(I, MEMORY, row0 + at, LE);
            IntVector b = IntVector.fromMemorySegment(I, MEMORY, row1 + at, LE);
            IntVector c = IntVector.fromMemorySegment(I, MEMORY, row2 + at, LE);
            IntVector d = IntVector.fromMemorySegment(I, MEMORY, row3 + at, LE);
            IntVector ab = LOW_1.selectFrom(a, b);
            IntVector ba = HIGH_1.selectFrom(a, b);
            IntVector cd = LOW_1.selectFrom(c, d);
            IntVector dc = HIGH_1.selectFrom(c, d);
            LOW_2.selectFrom(ab, cd).intoMemorySegment(MEMORY, to, LE);
            LOW_2.selectFrom(ba, dc).intoMemorySegment(MEMORY, to + B, LE);
            HIGH_2.selectFrom(ab, cd).intoMemorySegment(MEMORY, to + 2 * B, LE);
            HIGH_2.selectFrom(ba, dc).intoMemorySegment(MEMORY, to + 3 * B, LE);
        }
    }

    /**
     * Finishes squares whose numbers are f32.
     *
     * @param t what {@link #begin} left
     * @param to byte of lane 0 of unit 0 in s; lanes are laneStride bytes apart, units unitStride
     */
    static void whole(
            MemorySegment s, long t, int units, long to, long laneStride, long unitStride) {
        long squares = Raw.address(s, t, units * SQUARE);
        long first = Raw.address(s, to, 15 * laneStride + (units - 1) * unitStride + B);
        for (int i = 0; i < 4 * units; i++) {
            long at = squares + (i >> 2) * SQUARE + (i & 3) * B;
            long out = first + (i & 3) * laneStride + (i >> 2) * unitStride;
            IntVector a = IntVector.fromMemorySegment(I, MEMORY, at, LE);
            IntVector b = IntVector.fromMemorySegment(I, MEMORY, at + 4 * B, LE);
            IntVector c = IntVector.fromMemorySegment(I, MEMORY, at + 8 * B, LE);
            IntVector d = IntVector.fromMemorySegment(I, MEMORY, at + 12 * B, LE);
            IntVector ab = LOW_4.selectFrom(a, b);
            IntVector ba = HIGH_4.selectFrom(a, b);
            IntVector cd = LOW_4.selectFrom(c, d);
            IntVector dc = HIGH_4.selectFrom(c, d);
            LOW_8.selectFrom(ab, cd).intoMemorySegment(MEMORY, Raw.bounded(out), LE);
            LOW_8.selectFrom(ba, dc)
                    .intoMemorySegment(MEMORY, Raw.bounded(out + 4 * laneStride), LE);
            HIGH_8.selectFrom(ab, cd)
                    .intoMemorySegment(MEMORY, Raw.bounded(out + 8 * laneStride), LE);
            HIGH_8.selectFrom(ba, dc)
                    .intoMemorySegment(MEMORY, Raw.bounded(out + 12 * laneStride), LE);
        }
    }

    /**
     * Finishes squares whose numbers are two halves each, the lower one first. Each is widened:
     * moved to the upper half, shifted right with its sign, masked, read as f32 and multiplied.
     *
     * @param to as for {@link #whole}, with steps of one half each in place of units
     */
    static void halves(
            MemorySegment s,
            long t,
            int units,
            long to,
            long laneStride,
            long stepStride,
            int shift,
            int mask,
            float factor) {
        long squares = Raw.address(s, t, units * SQUARE);
        long first = Raw.address(s, to, 15 * laneStride + (2 * units - 1) * stepStride + B);
        for (int i = 0; i < 4 * units; i++) {
            long at = squares + (i >> 2) * SQUARE + (i & 3) * B;
            long out = first + (i & 3) * laneStride + (i >> 2) * (2 * stepStride);
            IntVector a = IntVector.fromMemorySegment(I, MEMORY, at, LE);
            IntVector b = IntVector.fromMemorySegment(I, MEMORY, at + 4 * B, LE);
            IntVector c = IntVector.fromMemorySegment(I, MEMORY, at + 8 * B, LE);
            IntVector d = IntVector.fromMemorySegment(I, MEMORY, at + 12 * B, LE);
            IntVector ab = LOW_4.selectFrom(a, b);
            IntVector ba = HIGH_4.selectFrom(a, b);
            IntVector cd = LOW_4.selectFrom(c, d);
            IntVector dc = HIGH_4.selectFrom(c, d);
            IntVector v = LOW_8.selectFrom(ab, cd);
            v.lanewise(VectorOperators.LSHL, 16)
                    .lanewise(VectorOperators.ASHR, shift)
                    .and(mask)
                    .reinterpretAsFloats()
                    .mul(factor)
                    .intoMemorySegment(MEMORY, Raw.bounded(out), LE);
            v.lanewise(VectorOperators.ASHR, shift)
                    .and(mask)
                    .reinterpretAsFloats()
                    .mul(factor)
                    .intoMemorySegment(MEMORY, Raw.bounded(out + stepStride), LE);
            v = LOW_8.selectFrom(ba, dc);
            v.lanewise(VectorOperators.LSHL, 16)
                    .lanewise(VectorOperators.ASHR, shift)
                    .and(mask)
                    .reinterpretAsFloats()
                    .mul(factor)
                    .intoMemorySegment(MEMORY, Raw.bounded(out + 4 * laneStride), LE);
            v.lanewise(VectorOperators.ASHR, shift)
                    .and(mask)
                    .reinterpretAsFloats()
                    .mul(factor)
                    .intoMemorySegment(MEMORY, Raw.bounded(out + 4 * laneStride + stepStride), LE);
            v = HIGH_8.selectFrom(ab, cd);
            v.lanewise(VectorOperators.LSHL, 16)
                    .lanewise(VectorOperators.ASHR, shift)
                    .and(mask)
                    .reinterpretAsFloats()
                    .mul(factor)
                    .intoMemorySegment(MEMORY, Raw.bounded(out + 8 * laneStride), LE);
            v.lanewise(VectorOperators.ASHR, shift)
                    .and(mask)
                    .reinterpretAsFloats()
                    .mul(factor)
                    .intoMemorySegment(MEMORY, Raw.bounded(out + 8 * laneStride + stepStride), LE);
            v = HIGH_8.selectFrom(ba, dc);
            v.lanewise(VectorOperators.LSHL, 16)
                    .lanewise(VectorOperators.ASHR, shift)
                    .and(mask)
                    .reinterpretAsFloats()
                    .mul(factor)
                    .intoMemorySegment(MEMORY, Raw.bounded(out + 12 * laneStride), LE);
            v.lanewise(VectorOperators.ASHR, shift)
                    .and(mask)
                    .reinterpretAsFloats()
                    .mul(factor)
                    .intoMemorySegment(MEMORY, Raw.bounded(out + 12 * laneStride + stepStride), LE);
        }
    }
}
