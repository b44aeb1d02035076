package apus.format.checkpoint;

import static apus.format.checkpoint.PlainNumbers.I32;

import apus.format.Block;
import apus.format.DType;
import apus.format.Json;
import apus.format.JsonObject;
import apus.format.ModelFormatException;
import apus.format.TensorInfo;
import apus.format.UnsupportedModelException;
import apus.format.Weight;
import apus.format.spec.WeightRef;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * AWQ with 4 bits in the "gemm" order, Lin et al. 2023, arXiv 2306.00978: {@code qweight} I32
 * {@code [in][out / 8]}, {@code qzeros} I32 {@code [groups][out / 8]}, {@code scales} {@code
 * [groups][out]}. The nibbles of a word belong to outputs 0, 2, 4, 6, 1, 3, 5, 7 of its eight.
 *
 * @param groupSize inputs of a group; 0 = all
 */
record Awq(Shards shards, int groupSize) implements Packing {
    private static final int PER_WORD = 8;

    /** Place of an output's nibble within its word: the inverse of 0, 2, 4, 6, 1, 3, 5, 7. */
    private static final int[] PLACE = {0, 4, 1, 5, 2, 6, 3, 7};

    static Awq of(JsonObject q, Shards shards) {
        int bits = q.integer("bits", 1, 64);
        String version = q.text("version").orElse("gemm");
        if (bits != 4 || !version.equalsIgnoreCase("gemm")) {
            throw new UnsupportedModelException(
                    q.where()
                            + ": AWQ with "
                            + bits
                            + " bits, version '"
                            + Json.shorten(version)
                            + "', is not supported; 4 bits, version gemm, is");
        }
        return new Awq(shards, Math.max(0, q.integer("group_size", -1, 1 << 20)));
    }

    @Override
    public boolean holds(WeightRef ref) {
        return !ref.isVector() && shards.has(PackedTensors.base(ref) + ".qweight");
    }

    private int group(WeightRef ref) {
        return groupSize == 0 ? ref.cols() : groupSize;
    }

    @Override
    public List<String> check(WeightRef ref) {
        PackedTensors packed = new PackedTensors(shards);
        String base = PackedTensors.base(ref);
        TensorInfo words = packed.find(base + ".qweight");
        long out = words.shape().isEmpty() ? 0 : words.shape().getLast() * PER_WORD;
        int group = group(ref);
        if (ref.cols() % group != 0 || group % 2 != 0) {
            throw new ModelFormatException(
                    base + ": " + ref.cols() + " inputs do not divide into groups of " + group);
        }
        int groups = ref.cols() / group;
        packed.require(base + ".qweight", DType.I32, ref.cols(), out / PER_WORD);
        packed.require(base + ".qzeros", DType.I32, groups, out / PER_WORD);
        TensorInfo scales = packed.find(base + ".scales");
        new Block(group, scales.dtype(), false);
        packed.require(base + ".scales", scales.dtype(), groups, out);
        packed.requireRows(base + ".qweight", ref, out);
        return List.of(base + ".qweight", base + ".qzeros", base + ".scales");
    }

    @Override
    public Weight read(WeightRef ref, Arena arena) {
        String base = PackedTensors.base(ref);
        int group = group(ref);
        MemorySegment words = shards.data(base + ".qweight");
        MemorySegment zeros = shards.data(base + ".qzeros");
        MemorySegment scales = shards.data(base + ".scales");
        long out = shards.info(base + ".scales").shape().getLast();
        Blocks blocks =
                new Blocks(ref, group, shards.info(base + ".scales").dtype(), new int[0], arena);
        for (int c = 0; c < ref.cols(); c++) {
            for (int r = 0; r < ref.rows(); r++) {
                blocks.setNumber(r, c, nibble(words, c, out, ref.fileRow(r)));
            }
        }
        for (int g = 0; g < ref.cols() / group; g++) {
            for (int r = 0; r < ref.rows(); r++) {
                long row = ref.fileRow(r);
                blocks.setGroup(
                        r,
                        g,
                        nibble(zeros, g, out, row),
                        scales.get(PlainNumbers.I16, (g * out + row) * 2));
            }
        }
        return blocks.weight();
    }

    private static int nibble(MemorySegment words, long line, long out, long row) {
        int word = words.get(I32, (line * (out / PER_WORD) + row / PER_WORD) * 4);
        return (word >>> (4 * PLACE[(int) (row % PER_WORD)])) & 15;
    }
}
