package apus.format.checkpoint;

import apus.format.DType;
import apus.format.Fp8;
import apus.format.Json;
import apus.format.JsonObject;
import apus.format.ModelFormatException;
import apus.format.TensorInfo;
import apus.format.UnsupportedModelException;
import apus.format.Weight;
import apus.format.spec.WeightRef;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * {@code weight} in E4M3 with {@code weight_scale} (per tensor or output) or {@code
 * weight_scale_inv} (per tile; multiplied in spite of its name). Activations are not quantised,
 * whatever the configuration says of them.
 *
 * @param tiles rows and columns of a tile; empty where the file has no tiles
 */
record Fp8Packing(Shards shards, List<Integer> tiles) implements Packing {
    static Fp8Packing ofFp8(JsonObject q, Shards shards) {
        List<Integer> tiles = q.integers("weight_block_size", 1, 1 << 20);
        if (!tiles.isEmpty() && tiles.size() != 2) {
            throw q.error("weight_block_size", "must hold two numbers, found " + tiles.size());
        }
        return new Fp8Packing(shards, tiles);
    }

    static Fp8Packing ofCompressedTensors(JsonObject q, Shards shards) {
        String format = q.text("format").orElse("missing");
        if (!format.equals("float-quantized")) {
            throw new UnsupportedModelException(
                    q.where()
                            + ": the format '"
                            + Json.shorten(format)
                            + "' is not supported; float-quantized is");
        }
        List<Integer> tiles = List.of();
        for (var group : q.requireObject("config_groups").entries()) {
            JsonObject weights =
                    q.requireObject("config_groups")
                            .requireObject(group.getKey())
                            .requireObject("weights");
            if (weights.integer("num_bits", 1, 64) != 8
                    || !weights.text("type").orElse("").equals("float")) {
                throw new UnsupportedModelException(
                        weights.where() + ": only weights of type float with num_bits 8 are known");
            }
            if (weights.has("block_structure")) {
                tiles = weights.integers("block_structure", 1, 1 << 20);
            }
        }
        return new Fp8Packing(shards, tiles.size() == 2 ? tiles : List.of());
    }

    /** Some matrices may be plain; what has scales is not, whatever its type. */
    @Override
    public boolean holds(WeightRef ref) {
        return shards.has(ref.tensor())
                && (shards.info(ref.tensor()).dtype() == DType.F8_E4M3
                        || shards.has(ref.tensor() + "_scale_inv")
                        || shards.has(ref.tensor() + "_scale"));
    }

    @Override
    public Parts check(WeightRef ref) {
        PackedTensors packed = new PackedTensors(shards);
        TensorInfo info = shards.info(ref.tensor());
        if (ref.transposed() || !ref.isTogether()) {
            throw PackedTensors.unsupported(
                    ref.tensor(), "FP8 rows out of order are not supported");
        }
        if (info.dtype() != DType.F8_E4M3
                || info.shape().size() != 2
                || info.shape().getLast() != ref.cols()) {
            throw new ModelFormatException(
                    ref.tensor()
                            + ": expected F8_E4M3 [outputs, "
                            + ref.cols()
                            + "] from config.json, found "
                            + info.dtype()
                            + " "
                            + info.shape()
                            + " in "
                            + shards.path(ref.tensor()).getFileName());
        }
        packed.requireRows(ref.tensor(), ref, info.shape().getFirst());
        String scale = scaleName(ref);
        Fp8 format = format(ref);
        long wanted =
                (long) Math.ceilDiv(info.shape().getFirst().intValue(), format.tileRows())
                        * format.tilesAcross(ref.cols());
        TensorInfo scaleInfo = shards.info(scale);
        long count = scaleInfo.shape().stream().reduce(1L, (a, b) -> a * b);
        if (count != wanted) {
            throw new ModelFormatException(
                    scale
                            + ": expected "
                            + wanted
                            + " scales for "
                            + info.shape()
                            + " in tiles of "
                            + format.tileRows()
                            + " x "
                            + format.tileCols()
                            + ", found "
                            + scaleInfo.shape());
        }
        if (ref.firstRow() % format.tileRows() != 0
                && format.tileRows() < info.shape().getFirst()) {
            throw PackedTensors.unsupported(
                    ref.tensor(), "FP8 rows that begin within a tile are not supported");
        }
        // What quantisers of activations leave beside the weights.
        String input = PackedTensors.base(ref) + ".input_scale";
        return new Parts(
                shards.has(input)
                        ? List.of(ref.tensor(), scale, input)
                        : List.of(ref.tensor(), scale),
                info.shape().getFirst());
    }

    private String scaleName(WeightRef ref) {
        String inverse = ref.tensor() + "_scale_inv";
        String name = shards.has(inverse) ? inverse : ref.tensor() + "_scale";
        TensorInfo info = new PackedTensors(shards).find(name);
        switch (info.dtype()) {
            case F32, F16, BF16 -> {}
            case BOOL, U8, I8, F8_E4M3, F8_E5M2, I16, U16, I32, U32, I64, U64, F64 ->
                    throw PackedTensors.unsupported(
                            name, "scales of " + info.dtype() + " are not supported");
        }
        return name;
    }

    private Fp8 format(WeightRef ref) {
        TensorInfo scale = shards.info(scaleName(ref));
        int rows = shards.info(ref.tensor()).shape().getFirst().intValue();
        long count = scale.shape().stream().reduce(1L, (a, b) -> a * b);
        if (count == 1) {
            return new Fp8(rows, ref.cols());
        }
        if (tiles.isEmpty() || (count == rows && scale.name().endsWith("_scale"))) {
            return new Fp8(1, ref.cols());
        }
        return new Fp8(tiles.getFirst(), tiles.getLast());
    }

    @Override
    public long bytes(WeightRef ref) {
        Fp8 format = format(ref);
        long scales =
                (long) Math.ceilDiv(ref.rows(), format.tileRows()) * format.tilesAcross(ref.cols());
        return (long) ref.rows() * ref.cols() + scales * Float.BYTES;
    }

    @Override
    public boolean copies(WeightRef ref) {
        return false;
    }

    @Override
    public Weight read(WeightRef ref, Arena arena) {
        Fp8 format = format(ref);
        String scaleName = scaleName(ref);
        MemorySegment all = shards.data(scaleName);
        DType type = shards.info(scaleName).dtype();
        int across = format.tilesAcross(ref.cols());
        long first = (long) (ref.firstRow() / format.tileRows()) * across;
        int count = Math.ceilDiv(ref.rows(), format.tileRows()) * across;
        MemorySegment scales = arena.allocate(ValueLayout.JAVA_FLOAT, count);
        for (int i = 0; i < count; i++) {
            scales.setAtIndex(ValueLayout.JAVA_FLOAT, i, PlainNumbers.at(all, type, first + i));
        }
        return new Weight(
                ref.tensor(),
                format,
                ref.rows(),
                ref.cols(),
                shards.data(ref.tensor())
                        .asSlice(
                                (long) ref.firstRow() * ref.cols(), (long) ref.rows() * ref.cols()),
                scales.asReadOnly(),
                MemorySegment.NULL,
                MemorySegment.NULL);
    }
}
