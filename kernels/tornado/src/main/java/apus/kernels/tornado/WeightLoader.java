package apus.kernels.tornado;

import apus.format.Block;
import apus.format.DType;
import apus.format.Dequant;
import apus.format.Format;
import apus.format.ModelFormatException;
import apus.format.Mxfp4;
import apus.format.Plain;
import apus.format.SmallFloats;
import apus.format.Tiled;
import apus.format.UnsupportedModelException;
import apus.format.Weight;
import apus.format.checkpoint.Checkpoint;
import apus.format.spec.Linear;
import apus.format.spec.WeightRef;
import apus.kernels.BlockQuantizer;
import apus.kernels.Quantization;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import uk.ac.manchester.tornado.api.types.arrays.ByteArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.HalfFloatArray;
import uk.ac.manchester.tornado.api.types.arrays.ShortArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * Reads weights into arrays to be uploaded. Plain numbers keep their type, or are quantised; four
 * bits in blocks (GPTQ, AWQ, MXFP4) become bytes that stand for the same numbers; whatever else
 * there is becomes f32.
 */
final class WeightLoader {
    /** How a matrix is kept. */
    private enum Kept {
        F32,
        BF16,
        F16,
        INT8,
        INT4,
        /** Blocks of the file as bytes. */
        BLOCKS,
        /** Floats of four bits, doubled, as bytes. */
        MXFP4
    }

    // A tensor may begin at any byte of its file.
    private static final ValueLayout.OfFloat F32 =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort B16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Checkpoint checkpoint;
    private final Quantization quantization;
    private final HostArrays host;
    private final long maxElements;
    private final long maxBytes;
    private final FloatArray nothing;
    private final BlockQuantizer quantizer = new BlockQuantizer(Quantization.BLOCK);
    private final List<TornadoNativeArray> uploads = new ArrayList<>();
    private final Map<WeightRef, DeviceMatrix> plain = new HashMap<>();
    private long bytes;

    /**
     * @param maxElements of one array; a longer matrix is cut into parts between rows
     * @param maxBytes of one array
     */
    WeightLoader(
            Checkpoint checkpoint,
            Quantization quantization,
            HostArrays host,
            long maxElements,
            long maxBytes) {
        this.checkpoint = checkpoint;
        this.quantization = quantization;
        this.host = host;
        this.maxElements = maxElements;
        this.maxBytes = maxBytes;
        this.nothing = uploaded(host.floats(1));
    }

    /** Everything to be uploaded, so far. */
    List<TornadoNativeArray> uploads() {
        return uploads;
    }

    /** Bytes of {@link #uploads}. */
    long bytes() {
        return bytes;
    }

    /** See {@link apus.kernels.ExecutorInfo#quantizationError}. */
    double quantizationError() {
        return quantizer.squares() == 0 ? 0 : Math.sqrt(quantizer.error() / quantizer.squares());
    }

    /** Stands where a kernel takes an array that it will not read. */
    FloatArray nothing() {
        return nothing;
    }

    <T extends TornadoNativeArray> T uploaded(T array) {
        uploads.add(array);
        bytes += array.getNumBytesOfSegmentWithHeader();
        return array;
    }

    FloatArray vector(WeightRef ref) {
        float[] values = checkpoint.vector(ref);
        FloatArray array = uploaded(host.floats(values.length));
        for (int i = 0; i < values.length; i++) {
            array.set(i, values[i]);
        }
        return array;
    }

    /** A matrix as it is stored: an embedding. The same object every time. */
    DeviceMatrix plain(WeightRef ref) {
        return plain.computeIfAbsent(
                ref,
                r -> {
                    Linear linear = new Linear(r, WeightRef.NONE);
                    return stack(List.of(linear), format(r), Quantization.NONE);
                });
    }

    /** The head; where it is the embedding too, that stands for both. */
    DeviceMatrix head(Linear linear) {
        boolean shared =
                quantization == Quantization.NONE
                        && linear.bias().isNone()
                        && plain.containsKey(linear.weight());
        return shared ? plain.get(linear.weight()) : matrix(linear);
    }

    DeviceMatrix matrix(Linear linear) {
        return stacked(linear).getFirst();
    }

    /** A router of experts, which is small and chooses. */
    DeviceMatrix unquantized(Linear linear) {
        return stack(List.of(linear), format(linear.weight()), Quantization.NONE);
    }

    /**
     * Experts on top of each other, in one part.
     *
     * @throws UnsupportedModelException if they are longer than one array of the device
     */
    DeviceMatrix together(List<Linear> linears) {
        List<DeviceMatrix> piles = stacked(linears.toArray(Linear[]::new));
        DeviceMatrix first = piles.getFirst();
        if (piles.size() > 1) {
            throw new UnsupportedModelException(
                    first.name() + ": experts of a layer are stored in different ways");
        }
        if (first.parts().size() > 1) {
            throw new UnsupportedModelException(
                    first.name()
                            + ": experts of a layer have "
                            + (long) first.rows() * first.cols()
                            + " numbers, more than an array of this device holds");
        }
        return first;
    }

    /** Matrices on top of each other; a new pile for each that is kept in another way. */
    List<DeviceMatrix> stacked(Linear... linears) {
        List<DeviceMatrix> piles = new ArrayList<>();
        List<Linear> pile = new ArrayList<>();
        Format last = null;
        for (Linear linear : linears) {
            Format format = format(linear.weight());
            if (!pile.isEmpty() && !format.equals(last)) {
                piles.add(stack(pile, last, quantization));
                pile = new ArrayList<>();
            }
            last = format;
            pile.add(linear);
        }
        piles.add(stack(pile, last, quantization));
        return piles;
    }

    /** Whatever has to be put together to tell is let go of: it may be all of the weights. */
    private Format format(WeightRef ref) {
        try (Arena once = Arena.ofShared()) {
            return checkpoint.weight(ref, once).format();
        }
    }

    /** The same of two, which are not to be in one pile unless that is in one part. */
    List<DeviceMatrix> pair(Linear first, Linear second) {
        long rows = (long) first.weight().rows() + second.weight().rows();
        long bytes = 4L * rows * first.weight().cols();
        return rows * first.weight().cols() <= maxElements && bytes <= maxBytes
                ? stacked(first, second)
                : List.of(matrix(first), matrix(second));
    }

    private static Kept kept(Format format, Quantization quantization, String name) {
        return switch (format) {
            case Plain(DType type) ->
                    switch (quantization) {
                        case INT8 -> Kept.INT8;
                        case INT4 -> Kept.INT4;
                        case NONE ->
                                switch (type) {
                                    case BF16 -> Kept.BF16;
                                    case F16 -> Kept.F16;
                                    default -> Kept.F32;
                                };
                    };
            case Block block ->
                    packed(quantization, name, block.ordered() ? Kept.F32 : Kept.BLOCKS);
            case Mxfp4() -> packed(quantization, name, Kept.MXFP4);
            // Whatever else a file can hold, Dequant reads.
            default -> packed(quantization, name, Kept.F32);
        };
    }

    private static Kept packed(Quantization quantization, String name, Kept kept) {
        if (quantization != Quantization.NONE) {
            throw new UnsupportedModelException(
                    name + ": is quantised already and cannot be quantised again");
        }
        return kept;
    }

    /** Matrices of one format on top of each other. */
    private DeviceMatrix stack(List<Linear> pile, Format format, Quantization wanted) {
        int rows = pile.stream().mapToInt(l -> l.weight().rows()).sum();
        int cols = pile.getFirst().weight().cols();
        String name = pile.getFirst().weight().tensor();
        Kept kept = kept(format, wanted, name);
        long rowBytes = kept == Kept.F32 ? 4L * cols : 2L * cols;
        long most = Math.min(maxElements / cols, maxBytes / rowBytes);
        if (most < 1) {
            throw new UnsupportedModelException(
                    name + ": a row of " + cols + " numbers is longer than the device's arrays");
        }
        List<Numbers> parts = new ArrayList<>();
        int blockSize =
                switch (format) {
                    case Block block -> block.size();
                    case Mxfp4 _ -> Mxfp4.SIZE;
                    default -> Quantization.BLOCK;
                };
        for (int from = 0; from < rows; from += (int) Math.min(most, rows)) {
            int n = (int) Math.min(most, rows - from);
            parts.add(read(pile, kept, from, n, cols, blockSize));
        }
        boolean biased = pile.stream().anyMatch(l -> !l.bias().isNone());
        return new DeviceMatrix(
                name,
                rows,
                cols,
                parts,
                biased ? biases(pile, parts) : Collections.nCopies(parts.size(), nothing),
                biased);
    }

    private List<FloatArray> biases(List<Linear> pile, List<Numbers> parts) {
        float[] all = new float[pile.stream().mapToInt(l -> l.weight().rows()).sum()];
        int at = 0;
        for (Linear linear : pile) {
            if (!linear.bias().isNone()) {
                float[] values = checkpoint.vector(linear.bias());
                System.arraycopy(values, 0, all, at, values.length);
            }
            at += linear.weight().rows();
        }
        List<FloatArray> biases = new ArrayList<>();
        int first = 0;
        for (Numbers part : parts) {
            FloatArray bias = uploaded(host.floats(part.rows()));
            for (int i = 0; i < part.rows(); i++) {
                bias.set(i, all[first + i]);
            }
            biases.add(bias);
            first += part.rows();
        }
        return biases;
    }

    /** Rows {@code from} to {@code from + n} of a pile. */
    private Numbers read(List<Linear> pile, Kept kept, int from, int n, int cols, int block) {
        Sink sink = new Sink(kept, n, cols, block);
        int first = 0;
        for (Linear linear : pile) {
            int rows = linear.weight().rows();
            int begin = Math.max(0, from - first);
            int end = Math.min(rows, from + n - first);
            if (begin < end) {
                // What is put together for this purpose alone is let go of at once.
                try (Arena once = Arena.ofShared()) {
                    Weight w = checkpoint.weight(linear.weight(), once);
                    sink.take(w, begin, end, first + begin - from);
                }
            }
            first += rows;
        }
        return sink.numbers();
    }

    /** The arrays of one part. */
    private final class Sink {
        private final Numbers numbers;
        private final int cols;
        private final int block;
        private final int blocks;

        Sink(Kept kept, int rows, int cols, int block) {
            this.cols = cols;
            this.block = block;
            this.blocks = Math.ceilDiv(cols, block);
            this.numbers =
                    switch (kept) {
                        case F32 -> new Numbers.F32(rows, uploaded(host.floats(rows * cols)));
                        case BF16 -> new Numbers.Bf16(rows, uploaded(host.shorts(rows * cols)));
                        case F16 -> new Numbers.F16(rows, uploaded(host.halves(rows * cols)));
                        case INT8, BLOCKS, MXFP4 ->
                                new Numbers.Int8(
                                        rows,
                                        uploaded(host.bytes(rows * cols)),
                                        uploaded(host.floats(rows * blocks)),
                                        block);
                        case INT4 ->
                                new Numbers.Int4(
                                        rows,
                                        uploaded(host.bytes(rows * Math.ceilDiv(cols, 2))),
                                        uploaded(host.floats(rows * blocks)),
                                        block);
                    };
        }

        Numbers numbers() {
            return numbers;
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
                case Numbers.Bf16(int _, ShortArray data) ->
                        copy(w, begin, end, data.getSegment(), at);
                case Numbers.F16(int _, HalfFloatArray data) ->
                        copy(w, begin, end, data.getSegment(), at);
                case Numbers.Int8(int _, ByteArray data, FloatArray scales, int _) -> {
                    for (int r = begin; r < end; r++) {
                        switch (w.format()) {
                            case Block _ -> bytes(w, r, data, scales, at + r - begin);
                            case Mxfp4 _ -> doubled(w, r, data, scales, at + r - begin);
                            default ->
                                    quantized(w, r, Tiled.Code.INT8, data, scales, at + r - begin);
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
                                        Float.intBitsToFloat(
                                                w.data().get(B16, (from + i) * 2) << 16);
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
}
