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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * GPTQ with 4 bits, Frantar et al. 2022, arXiv 2210.17323, as AutoGPTQ writes it: {@code qweight}
 * I32 {@code [in / 8][out]}, input c in bits 4 * (c % 8) of word c / 8; {@code qzeros} I32 {@code
 * [groups][out / 8]}, in the first version of the format less 1; {@code scales} {@code
 * [groups][out]}; {@code g_idx} I32 {@code [in]}, the group of each input.
 *
 * @param groupSize inputs of a group; 0 = all
 * @param zeroOffset added to the zero points of the file
 */
record Gptq(Shards shards, int groupSize, int zeroOffset) implements Packing {
    static Gptq of(JsonObject q, Shards shards) {
        int bits = q.integer("bits", 1, 64);
        if (bits != 4) {
            throw new UnsupportedModelException(
                    q.where() + ": GPTQ with " + bits + " bits is not supported; 4 bits are");
        }
        String version = q.text("checkpoint_format").orElse("gptq");
        int offset =
                switch (version) {
                    case "gptq" -> 1;
                    case "gptq_v2" -> 0;
                    default ->
                            throw new UnsupportedModelException(
                                    q.where()
                                            + ": the checkpoint_format '"
                                            + Json.shorten(version)
                                            + "' is not supported; gptq and gptq_v2 are");
                };
        return new Gptq(shards, Math.max(0, q.integer("group_size", -1, 1 << 20)), offset);
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
        long out = words.shape().isEmpty() ? 0 : words.shape().getLast();
        int group = group(ref);
        boolean even = ref.cols() % group == 0 && group % 2 == 0;
        if (!even || ref.cols() % PER_WORD != 0 || out % PER_WORD != 0) {
            throw new ModelFormatException(
                    base
                            + ".qweight: expected inputs and outputs that divide into words of 8"
                            + " and groups of "
                            + group
                            + ", found "
                            + ref.cols()
                            + " inputs and "
                            + out
                            + " outputs");
        }
        int groups = ref.cols() / group;
        packed.require(base + ".qweight", DType.I32, ref.cols() / PER_WORD, out);
        packed.require(base + ".qzeros", DType.I32, groups, out / PER_WORD);
        packed.scales16(base + ".scales", groups, out);
        packed.requireRows(base + ".qweight", ref, out);
        List<String> names = new ArrayList<>();
        List.of(".qweight", ".qzeros", ".scales").forEach(end -> names.add(base + end));
        if (shards.has(base + ".g_idx")) {
            packed.require(base + ".g_idx", DType.I32, ref.cols());
            names.add(base + ".g_idx");
        }
        return new Parts(List.copyOf(names), out);
    }

    @Override
    public long bytes(WeightRef ref) {
        boolean ordered = shards.has(PackedTensors.base(ref) + ".g_idx");
        return Blocks.bytes(ref, group(ref), ordered && order(ref).length > 0);
    }

    @Override
    public boolean copies(WeightRef ref) {
        return true;
    }

    @Override
    public Weight read(WeightRef ref, Arena arena) {
        String base = PackedTensors.base(ref);
        int[] order = order(ref);
        TensorInfo scales = shards.info(base + ".scales");
        Blocks blocks = new Blocks(ref, group(ref), scales.dtype(), order, arena);
        try (Arena once = Arena.ofShared()) {
            return blocks.fill(
                    new Lines(
                            ref,
                            scales.shape().getLast(),
                            zeroOffset,
                            order,
                            shards.borrow(base + ".qweight", once),
                            shards.borrow(base + ".qzeros", once),
                            shards.borrow(base + ".scales", once)));
        }
    }

    /**
     * The tensors as they are.
     *
     * @param out outputs of the whole tensor
     * @param order input of each column; empty where they are the same
     */
    private record Lines(
            WeightRef ref,
            long out,
            int zeroOffset,
            int[] order,
            MemorySegment words,
            MemorySegment zeros,
            MemorySegment scales)
            implements Blocks.Source {
        @Override
        public void numbers(int firstRow, int rows, int firstWord, int wordsPerRow, int[] to) {
            int[] line = new int[rows];
            int[] word = new int[rows];
            for (int w = 0; w < wordsPerRow; w++) {
                if (order.length == 0) {
                    // Eight inputs of an output are a word already.
                    line(firstWord + w, firstRow, word);
                } else {
                    gather((firstWord + w) * PER_WORD, firstRow, line, word);
                }
                for (int r = 0; r < rows; r++) {
                    to[r * wordsPerRow + w] = word[r];
                }
            }
        }

        /** Eight columns, wherever their inputs are. */
        private void gather(int firstColumn, int firstRow, int[] line, int[] word) {
            Arrays.fill(word, 0);
            for (int i = 0; i < PER_WORD; i++) {
                int input = order[firstColumn + i];
                line(input / PER_WORD, firstRow, line);
                int down = 4 * (input % PER_WORD);
                int up = 4 * i;
                for (int r = 0; r < word.length; r++) {
                    word[r] |= ((line[r] >>> down) & 15) << up;
                }
            }
        }

        /** Words of one line for some rows. */
        private void line(int line, int firstRow, int[] to) {
            if (ref.isTogether()) {
                long from = (line * out + ref.fileRow(firstRow)) * Integer.BYTES;
                MemorySegment.copy(words, I32, from, to, 0, to.length);
            } else {
                for (int r = 0; r < to.length; r++) {
                    to[r] = words.get(I32, (line * out + ref.fileRow(firstRow + r)) * 4);
                }
            }
        }

        @Override
        public int zero(int row, int group) {
            long at = ref.fileRow(row);
            int word = zeros.get(I32, (group * (out / PER_WORD) + at / PER_WORD) * 4);
            return ((word >>> (int) (4 * (at % PER_WORD))) & 15) + zeroOffset;
        }

        @Override
        public short scale(int row, int group) {
            return scales.get(PlainNumbers.I16, (group * out + ref.fileRow(row)) * 2);
        }
    }

    /** Inputs sorted by group, the earlier first; empty if they lie so already. */
    private int[] order(WeightRef ref) {
        String base = PackedTensors.base(ref);
        int group = group(ref);
        if (!shards.has(base + ".g_idx")) {
            return new int[0];
        }
        MemorySegment index = shards.data(base + ".g_idx");
        int groups = ref.cols() / group;
        int[] filled = new int[groups];
        int[] order = new int[ref.cols()];
        boolean sorted = true;
        for (int c = 0; c < ref.cols(); c++) {
            int g = index.get(I32, c * 4L);
            if (g < 0 || g >= groups || filled[g] == group) {
                throw new ModelFormatException(
                        base
                                + ".g_idx: input "
                                + c
                                + " is in group "
                                + g
                                + ", expected "
                                + groups
                                + " groups of "
                                + group
                                + " inputs each");
            }
            int place = g * group + filled[g]++;
            order[place] = c;
            sorted &= place == c;
        }
        return sorted ? new int[0] : order;
    }
}
