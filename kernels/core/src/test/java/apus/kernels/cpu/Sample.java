package apus.kernels.cpu;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import apus.format.Block;
import apus.format.DType;
import apus.format.Fp8;
import apus.format.Mxfp4;
import apus.format.Plain;
import apus.format.Weight;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Random operands. Numbers are normally distributed like real weights: uniformly random bits would
 * hold subnormals, which cost a microcode assist each.
 */
public final class Sample {
    private final Arena arena = Arena.ofAuto();
    private final Random random;

    public Sample(long seed) {
        random = new Random(seed);
    }

    /** f32[n], standard normal. */
    public MemorySegment floats(long n) {
        MemorySegment s = arena.allocate(n * Float.BYTES, 64);
        for (long i = 0; i < n; i++) {
            s.setAtIndex(JAVA_FLOAT, i, (float) random.nextGaussian());
        }
        return s;
    }

    /** f32[n] of zeros. */
    public MemorySegment zeros(long n) {
        return arena.allocate(n * Float.BYTES, 64);
    }

    public MemorySegment copy(MemorySegment s) {
        return arena.allocate(s.byteSize(), 64).copyFrom(s);
    }

    /** Four bits in blocks, with any zeros; inputs in a random order if the format has one. */
    public Weight block(Block format, int rows, int cols) {
        int groups = rows * (cols / format.size());
        MemorySegment data = arena.allocate((long) rows * cols / 2, 4);
        for (long i = 0; i < data.byteSize(); i++) {
            data.set(JAVA_BYTE, i, (byte) random.nextInt(256));
        }
        MemorySegment scales = arena.allocate(groups * 2L, 2);
        MemorySegment zeros = arena.allocate(groups);
        for (int i = 0; i < groups; i++) {
            float scale = 0.01f + random.nextFloat();
            short bits =
                    format.scaleType() == DType.F16
                            ? Float.floatToFloat16(scale)
                            : (short) (Float.floatToIntBits(scale) >>> 16);
            scales.set(JAVA_SHORT_UNALIGNED, i * 2L, bits);
            zeros.set(JAVA_BYTE, i, (byte) random.nextInt(17));
        }
        MemorySegment order = MemorySegment.NULL;
        if (format.ordered()) {
            List<Integer> inputs = new ArrayList<>();
            for (int c = 0; c < cols; c++) {
                inputs.add(c);
            }
            Collections.shuffle(inputs, random);
            order = arena.allocate(JAVA_INT, cols);
            for (int c = 0; c < cols; c++) {
                order.setAtIndex(JAVA_INT, c, inputs.get(c));
            }
        }
        return new Weight("w", format, rows, cols, data, scales, zeros, order);
    }

    /** Random bytes that are numbers, with a random scale per tile. */
    public Weight fp8(Fp8 format, int rows, int cols) {
        MemorySegment data = bytes((long) rows * cols, 255);
        for (long i = 0; i < data.byteSize(); i++) {
            byte number = data.get(JAVA_BYTE, i);
            data.set(JAVA_BYTE, i, (number & 0x7F) == 0x7F ? 0 : number);
        }
        int tiles = Math.ceilDiv(rows, format.tileRows()) * format.tilesAcross(cols);
        MemorySegment scales = arena.allocate(JAVA_FLOAT, tiles);
        for (int i = 0; i < tiles; i++) {
            scales.setAtIndex(JAVA_FLOAT, i, 0.001f + 0.01f * random.nextFloat());
        }
        MemorySegment none = MemorySegment.NULL;
        return new Weight("w", format, rows, cols, data, scales, none, none);
    }

    /** Random numbers; powers from 2^-17 to 2^3. */
    public Weight mxfp4(int rows, int cols) {
        MemorySegment data = bytes((long) rows * cols / 2, 255);
        MemorySegment scales = bytes((long) rows * cols / Mxfp4.SIZE, 20);
        for (long i = 0; i < scales.byteSize(); i++) {
            scales.set(JAVA_BYTE, i, (byte) (110 + scales.get(JAVA_BYTE, i)));
        }
        MemorySegment none = MemorySegment.NULL;
        return new Weight("w", new Mxfp4(), rows, cols, data, scales, none, none);
    }

    private MemorySegment bytes(long n, int most) {
        MemorySegment bytes = arena.allocate(n, 4);
        for (long i = 0; i < n; i++) {
            bytes.set(JAVA_BYTE, i, (byte) random.nextInt(most + 1));
        }
        return bytes;
    }

    /**
     * A weight whose data begins {@code shift} bytes after an aligned address, as it may in a file.
     */
    public Weight weight(DType type, int rows, int cols, int shift) {
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
