package apus.kernels.tornado;

import apus.format.Block;
import apus.format.DType;
import apus.format.Dequant;
import apus.format.ModelFormatException;
import apus.format.Mxfp4;
import apus.format.Plain;
import apus.format.SmallFloats;
import apus.format.Tiled;
import apus.format.Weight;
import apus.kernels.BlockQuantizer;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import uk.ac.manchester.tornado.api.types.arrays.ByteArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.HalfFloatArray;
import uk.ac.manchester.tornado.api.types.arrays.ShortArray;

/** Writes rows of weights into the arrays of one part of a matrix, as these keep them. */
final class PartWriter {
    // A tensor may begin at any byte of its file.
    private static final ValueLayout.OfFloat F32 =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort B16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Numbers numbers;
    private final int cols;
    private final int block;
    private final int blocks;
    private final BlockQuantizer quantizer;

    /**
     * @param block columns that share a scale, where numbers do
     */
    PartWriter(Numbers numbers, int cols, int block, BlockQuantizer quantizer) {
        this.numbers = numbers;
        this.cols = cols;
        this.block = block;
        this.blocks = Math.ceilDiv(cols, block);
        this.quantizer = quantizer;
    }

    /** Rows begin to end of a weight become rows {@code at} and on. */
    void take(Weight w, int begin, int end, int at) {
        switch (numbers) {
            case Numbers.F32(int _, FloatArray data) -> {
                float[] row = new float[cols];
                for (int r = begin; r < end; r++) {
                    Dequant.row(w, r, row);
                    MemorySegment.copy(
                            row,
                            0,
                            data.getSegment(),
                            ValueLayout.JAVA_FLOAT,
                            4L * (at + r - begin) * cols,
                            cols);
                }
            }
            case Numbers.Bf16(int _, ShortArray data) -> copy(w, begin, end, data.getSegment(), at);
            case Numbers.F16(int _, HalfFloatArray data) ->
                    copy(w, begin, end, data.getSegment(), at);
            case Numbers.Int8(int _, ByteArray data, FloatArray scales, int _) -> {
                for (int r = begin; r < end; r++) {
                    switch (w.format()) {
                        case Block _ -> bytes(w, r, data, scales, at + r - begin);
                        case Mxfp4 _ -> doubled(w, r, data, scales, at + r - begin);
                        default -> quantized(w, r, Tiled.Code.INT8, data, scales, at + r - begin);
                    }
                }
            }
            case Numbers.Int4(int _, ByteArray data, FloatArray scales, int _) -> {
                for (int r = begin; r < end; r++) {
                    quantized(w, r, Tiled.Code.INT4, data, scales, at + r - begin);
                }
            }
        }
    }

    private void copy(Weight w, int begin, int end, MemorySegment to, int at) {
        long row = 2L * cols;
        MemorySegment.copy(w.data(), begin * row, to, at * row, (end - begin) * row);
    }

    /** Numbers of four bits less their zero point, -16 to 15. */
    private void bytes(Weight w, int row, ByteArray data, FloatArray scales, int at) {
        Block format = (Block) w.format();
        for (int b = 0; b < blocks; b++) {
            long from = (long) row * blocks + b;
            short bits = w.scales().get(B16, from * 2);
            float scale =
                    format.scaleType() == DType.F16
                            ? Float.float16ToFloat(bits)
                            : Float.intBitsToFloat(bits << 16);
            scales.set(at * blocks + b, scale);
            int zero = w.zeros().get(ValueLayout.JAVA_BYTE, from) & 0xFF;
            for (int c = b * block; c < (b + 1) * block; c++) {
                long i = (long) row * cols + c;
                int two = w.data().get(ValueLayout.JAVA_BYTE, i / 2);
                int number = (two >> (i % 2 * 4)) & 15;
                data.set(at * cols + c, (byte) (number - zero));
            }
        }
    }

    /** Twice a number is a whole one, -12 to 12; the scale is half as much. */
    private void doubled(Weight w, int row, ByteArray data, FloatArray scales, int at) {
        for (int b = 0; b < blocks; b++) {
            byte power = w.scales().get(ValueLayout.JAVA_BYTE, (long) row * blocks + b);
            scales.set(at * blocks + b, SmallFloats.e8m0(power) / 2);
        }
        for (int c = 0; c < cols; c++) {
            long i = (long) row * cols + c;
            int two = w.data().get(ValueLayout.JAVA_BYTE, i / 2);
            float number = SmallFloats.e2m1((two >> (i % 2 * 4)) & 15);
            data.set(at * cols + c, (byte) (2 * number));
        }
    }

    private void quantized(
            Weight w, int row, Tiled.Code code, ByteArray data, FloatArray scales, int at) {
        float[] part = new float[block];
        DType type = ((Plain) w.format()).type();
        for (int b = 0; b < blocks; b++) {
            int n = Math.min(block, cols - b * block);
            long from = (long) row * cols + (long) b * block;
            for (int i = 0; i < n; i++) {
                part[i] =
                        switch (type) {
                            case BF16 ->
                                    Float.intBitsToFloat(w.data().get(B16, (from + i) * 2) << 16);
                            case F16 -> Float.float16ToFloat(w.data().get(B16, (from + i) * 2));
                            default -> w.data().get(F32, (from + i) * 4);
                        };
            }
            if (!quantizer.quantize(code, part, n)) {
                throw new ModelFormatException(
                        w.name()
                                + ": row "
                                + row
                                + " holds a number that is infinite or none near column "
                                + b * block
                                + "; such a matrix cannot be quantised");
            }
            scales.set(at * blocks + b, quantizer.scale());
            put(code, data, at, b * block, n);
        }
    }

    private void put(Tiled.Code code, ByteArray data, int at, int col, int n) {
        byte[] values = quantizer.numbers();
        if (code == Tiled.Code.INT8) {
            for (int i = 0; i < n; i++) {
                data.set(at * cols + col + i, values[i]);
            }
            return;
        }
        int rowBytes = Math.ceilDiv(cols, 2);
        for (int i = 0; i < n; i += 2) {
            int low = values[i] + 8;
            int high = i + 1 < n ? values[i + 1] + 8 : 8;
            data.set(at * rowBytes + (col + i) / 2, (byte) (low | (high << 4)));
        }
    }
}
