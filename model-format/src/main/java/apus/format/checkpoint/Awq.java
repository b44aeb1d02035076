package apus.format.checkpoint;

import static apus.format.checkpoint.Blocks.PER_WORD;
import static apus.format.checkpoint.PlainNumbers.I32;

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
import java.util.Arrays;
import java.util.List;

/**
 * AWQ with 4 bits in the "gemm" order, Lin et al. 2023, arXiv 2306.00978: {@code qweight} I32
 * {@code [in][out / 8]}, {@code qzeros} I32 {@code [groups][out / 8]}, {@code scales} {@code
 * [groups][out]}. The nibbles of a word belong to outputs 0, 2, 4, 6, 1, 3, 5, 7 of its eight.
 *
 * @param groupSize inputs of a group; 0 = all
 */
record Awq(Shards shards, int groupSize) implements Packing {
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
    public Parts check(WeightRef ref) {
        PackedTensors packed = new PackedTensors(shards);
        String base = PackedTensors.base(ref);
        TensorInfo words = packed.find(base + ".qweight");
        long out = words.shape().isEmpty() ? 0 : words.shape().getLast() * PER_WORD;
        int group = group(ref);
        if (ref.cols() % group != 0 || group % 2 != 0 || ref.cols() % PER_WORD != 0) {
            throw new ModelFormatException(
                    base
                            + ".qweight: expected inputs that divide into eights and groups of "
                            + group
                            + ", found "
                            + ref.cols());
        }
        boolean runsOfEights =
                ref.isTogether() || (ref.run() % PER_WORD == 0 && ref.stride() % PER_WORD == 0);
        if (ref.firstRow() % PER_WORD != 0 || ref.rows() % PER_WORD != 0 || !runsOfEights) {
            throw PackedTensors.unsupported(
                    base, "AWQ outputs that begin or end within a word of 8 are not supported");
        }
        int groups = ref.cols() / group;
        packed.require(base + ".qweight", DType.I32, ref.cols(), out / PER_WORD);
        packed.require(base + ".qzeros", DType.I32, groups, out / PER_WORD);
        packed.scales16(base + ".scales", groups, out);
        packed.requireRows(base + ".qweight", ref, out);
        return new Parts(List.of(base + ".qweight", base + ".qzeros", base + ".scales"), out);
    }

    @Override
    public long bytes(WeightRef ref) {
        return Blocks.bytes(ref, group(ref), false);
    }

    @Override
    public boolean copies(WeightRef ref) {
        return true;
    }

    @Override
    public Weight read(WeightRef ref, Arena arena) {
        String base = PackedTensors.base(ref);
        TensorInfo scales = shards.info(base + ".scales");
        Blocks blocks = new Blocks(ref, group(ref), scales.dtype(), new int[0], arena);
        try (Arena once = Arena.ofShared()) {
            return blocks.fill(
                    new Lines(
                            ref,
                            scales.shape().getLast(),
                            shards.borrow(base + ".qweight", once),
                            shards.borrow(base + ".qzeros", once),
                            shards.borrow(base + ".scales", once)));
        }
    }

    /**
     * The tensors as they are.
     *
     * @param out outputs of the whole tensor
     */
    private record Lines(
            WeightRef ref, long out, MemorySegment words, MemorySegment zeros, MemorySegment scales)
            implements Blocks.Source {
        @Override
        public void numbers(int firstRow, int rows, int firstWord, int wordsPerRow, int[] to) {
            int eights = rows / PER_WORD;
            int[] line = new int[eights];
            int[] turned = new int[rows]; // [PER_WORD][eights]
            for (int w = 0; w < wordsPerRow; w++) {
                Arrays.fill(turned, 0);
                for (int i = 0; i < PER_WORD; i++) {
                    line((firstWord + w) * PER_WORD + i, firstRow, line);
                    spread(line, 4 * i, turned);
                }
                for (int r = 0; r < rows; r++) {
                    to[r * wordsPerRow + w] = turned[r % PER_WORD * eights + r / PER_WORD];
                }
            }
        }

        /** One input of eight outputs per word: each goes to the word of its output. */
        private static void spread(int[] line, int up, int[] turned) {
            for (int j = 0; j < PER_WORD; j++) {
                int down = 4 * PLACE[j];
                int at = j * line.length;
                for (int e = 0; e < line.length; e++) {
                    turned[at + e] |= ((line[e] >>> down) & 15) << up;
                }
            }
        }

        /** Words of one input. */
        private void line(int input, int firstRow, int[] to) {
            for (int e = 0; e < to.length; e++) {
                long word = ref.fileRow(firstRow + e * PER_WORD) / PER_WORD;
                to[e] = words.get(I32, (input * (out / PER_WORD) + word) * 4);
            }
        }

        @Override
        public int zero(int row, int group) {
            long at = ref.fileRow(row);
            int word = zeros.get(I32, (group * (out / PER_WORD) + at / PER_WORD) * 4);
            return (word >>> (4 * PLACE[(int) (at % PER_WORD)])) & 15;
        }

        @Override
        public short scale(int row, int group) {
            return scales.get(PlainNumbers.I16, (group * out + ref.fileRow(row)) * 2);
        }
    }
}
