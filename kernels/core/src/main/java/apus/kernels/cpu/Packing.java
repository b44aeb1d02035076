package apus.kernels.cpu;

import apus.format.Block;
import apus.format.DType;
import apus.format.Fp8;
import apus.format.Mxfp4;
import apus.format.PairTiled;
import apus.format.Plain;
import apus.format.QuadTiled;
import apus.format.Tiled;
import apus.format.Tiled.Code;
import apus.format.UnsupportedModelException;
import apus.format.Weight;
import apus.format.checkpoint.Checkpoint;
import apus.format.spec.WeightRef;
import apus.kernels.Quantization;
import java.lang.foreign.Arena;
import java.util.Optional;

/** What a matrix becomes before the kernels see it. */
public final class Packing {
    private final CpuKernels kernels;
    private final Optional<Quantizer> quantizer;
    private final BlockTiler tiler;
    private final FloatTiler floats;
    private final PairPacker pairs;

    /**
     * @param tileRows rows of a tile, as the kernels want them
     * @param arena owns what is made
     */
    Packing(
            CpuKernels kernels,
            int tileRows,
            Quantization quantization,
            Workers workers,
            Arena arena) {
        this.kernels = kernels;
        this.tiler = new BlockTiler(tileRows, workers, arena);
        this.floats = new FloatTiler(tileRows, workers, arena);
        this.pairs = new PairPacker(workers, arena);
        Optional<Code> code =
                switch (quantization) {
                    case NONE -> Optional.empty();
                    case INT8 -> Optional.of(Code.INT8);
                    case INT4 -> Optional.of(Code.INT4);
                };
        quantizer = code.map(c -> new Quantizer(c, tileRows, workers, arena));
    }

    /**
     * One matrix, quantised by the calling thread: for benchmarks.
     *
     * @param w plain
     * @param arena owns the result
     */
    public static Weight quantized(
            Weight w, Quantization quantization, CpuKernels kernels, Arena arena) {
        try (Workers workers = new Workers(1)) {
            return new Packing(kernels, kernels.tileRows(), quantization, workers, arena).pack(w);
        }
    }

    /**
     * The matrix to multiply with.
     *
     * @throws UnsupportedModelException if it is to be quantised and is already
     */
    Weight read(Checkpoint checkpoint, WeightRef ref) {
        boolean toTiles = kernels.tiles() && checkpoint.isPacked(ref);
        if (quantizer.isEmpty() && !toTiles && !kernels.pairs()) {
            return checkpoint.weight(ref);
        }
        // What is put together for this purpose alone is let go of at once.
        try (Arena once = Arena.ofShared()) {
            Weight packed = pack(checkpoint.weight(ref, once));
            switch (packed.format()) {
                case Tiled _, PairTiled _, QuadTiled _ -> {
                    return packed;
                }
                case Plain _, Fp8 _, Block _, Mxfp4 _ -> {}
            }
        }
        return checkpoint.weight(ref);
    }

    private Weight pack(Weight w) {
        if (quantizer.isPresent()) {
            return quantize(quantizer.get(), w);
        }
        return switch (w.format()) {
            case Block block -> BlockTiler.takes(block) ? tiler.tile(w) : w;
            case Fp8 fp8 -> FloatTiler.takes(fp8, w.cols()) ? floats.tile(w, fp8).orElse(w) : w;
            case Mxfp4 mxfp4 -> floats.tile(w, mxfp4);
            case Plain(DType type) -> kernels.pairs() ? pairs.pack(w, type) : w;
            case Tiled _, PairTiled _, QuadTiled _ -> w;
        };
    }

    private Weight quantize(Quantizer quantizer, Weight w) {
        return switch (w.format()) {
            case Plain _ -> {
                Weight tiled = quantizer.quantize(w);
                yield kernels.pairs() ? pairs.quads(tiled) : tiled;
            }
            case Fp8 _, Block _, Mxfp4 _, Tiled _, PairTiled _, QuadTiled _ ->
                    throw new UnsupportedModelException(
                            w.name() + ": is quantised already and cannot be quantised again");
        };
    }

    /** See {@link Quantizer#relativeError}; 0 if nothing is quantised. */
    double error() {
        return quantizer.map(Quantizer::relativeError).orElse(0.0);
    }
}
