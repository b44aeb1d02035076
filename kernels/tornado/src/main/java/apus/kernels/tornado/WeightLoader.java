package apus.kernels.tornado;

import apus.format.Block;
import apus.format.DType;
import apus.format.Format;
import apus.format.Mxfp4;
import apus.format.Plain;
import apus.format.UnsupportedModelException;
import apus.format.Weight;
import apus.format.checkpoint.Checkpoint;
import apus.format.spec.Linear;
import apus.format.spec.WeightRef;
import apus.kernels.BlockQuantizer;
import apus.kernels.Quantization;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
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
        Numbers numbers = numbers(kept, n, cols, block);
        PartWriter writer = new PartWriter(numbers, cols, block, quantizer);
        int first = 0;
        for (Linear linear : pile) {
            int rows = linear.weight().rows();
            int begin = Math.max(0, from - first);
            int end = Math.min(rows, from + n - first);
            if (begin < end) {
                // What is put together for this purpose alone is let go of at once.
                try (Arena once = Arena.ofShared()) {
                    Weight w = checkpoint.weight(linear.weight(), once);
                    writer.take(w, begin, end, first + begin - from);
                }
            }
            first += rows;
        }
        return numbers;
    }

    /** Arrays of one part, to be filled. */
    private Numbers numbers(Kept kept, int rows, int cols, int block) {
        int blocks = Math.ceilDiv(cols, block);
        return switch (kept) {
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
}
