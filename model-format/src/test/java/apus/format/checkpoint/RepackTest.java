package apus.format.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.conformance.TensorFile;
import apus.format.Block;
import apus.format.Dequant;
import apus.format.HalfFloats;
import apus.format.Plain;
import apus.format.UnsupportedModelException;
import apus.format.Weight;
import apus.format.spec.WeightRef;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Matrices turned in tiles, against each format's formula, number by number. */
final class RepackTest {
    /** Neither dimension divides into tiles. */
    private static final int IN = 24 * 32;

    private static final int OUT = 200;
    private static final int GROUP = 32;
    private static final int GROUPS = IN / GROUP;

    @TempDir Path dir;
    private final Random random = new Random(7);

    /** The stored numbers, as words and zero points that the formulas index. */
    private int[] words(String name, TensorFile file, long... shape) {
        int[] words = random.ints(Math.multiplyExact(shape[0], shape[1])).toArray();
        file.add(name, "I32", bytes(words), shape);
        return words;
    }

    private static byte[] bytes(int[] words) {
        ByteBuffer bytes = ByteBuffer.allocate(words.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(words);
        return bytes.array();
    }

    private short[] scales(TensorFile file) {
        short[] scales = new short[GROUPS * OUT];
        for (int i = 0; i < scales.length; i++) {
            scales[i] = Float.floatToFloat16(0.01f + random.nextFloat());
        }
        ByteBuffer bytes = ByteBuffer.allocate(scales.length * 2).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asShortBuffer().put(scales);
        file.add("m.scales", "F16", bytes.array(), GROUPS, OUT);
        return scales;
    }

    private static int nibble(int word, int place) {
        return (word >>> (4 * place)) & 15;
    }

    private Shards write(TensorFile file, Arena arena) throws IOException {
        file.write(dir.resolve("model.safetensors"));
        return Shards.map(dir, arena);
    }

    private interface Formula {
        float at(int output, int input);
    }

    private static void assertRepacked(
            Packing packing, WeightRef ref, Arena arena, Formula wanted) {
        packing.check(ref);
        Weight weight = packing.read(ref, arena);
        assertEquals(packing.bytes(ref), weight.bytes());
        assertTrue(packing.copies(ref));
        float[] row = new float[ref.cols()];
        for (int r = 0; r < ref.rows(); r++) {
            Dequant.row(weight, r, row);
            for (int c = 0; c < ref.cols(); c++) {
                assertEquals(wanted.at((int) ref.fileRow(r), c), row[c], ref + " " + r + " " + c);
            }
        }
    }

    /** First row, rows, run, stride; whether the inputs are sorted into groups. */
    @ParameterizedTest
    @CsvSource({
        "0, 200, 1, 1, false",
        "0, 200, 1, 1, true",
        "3, 131, 1, 1, false",
        "8, 96, 16, 32, true",
        "1, 90, 1, 2, false",
    })
    void gptq(int first, int rows, int run, int stride, boolean ordered) throws IOException {
        TensorFile file = new TensorFile();
        int[] words = words("m.qweight", file, IN / 8, OUT);
        int[] zeros = words("m.qzeros", file, GROUPS, OUT / 8);
        short[] scales = scales(file);
        int[] groups = IntStream.range(0, IN).map(c -> c / GROUP).toArray();
        if (ordered) {
            for (int i = IN - 1; i > 0; i--) {
                int j = random.nextInt(i + 1);
                int other = groups[j];
                groups[j] = groups[i];
                groups[i] = other;
            }
        }
        file.add("m.g_idx", "I32", bytes(groups), IN);
        try (Arena arena = Arena.ofShared()) {
            Gptq gptq = new Gptq(write(file, arena), GROUP, 1);
            WeightRef ref = new WeightRef("m.weight", first, rows, IN, run, stride, false);
            assertRepacked(
                    gptq,
                    ref,
                    arena,
                    (o, c) -> {
                        int g = groups[c];
                        int zero = nibble(zeros[g * (OUT / 8) + o / 8], o % 8) + 1;
                        int number = nibble(words[c / 8 * OUT + o], c % 8);
                        return HalfFloats.f16(scales[g * OUT + o]) * (number - zero);
                    });
            assertEquals(ordered, ((Block) gptq.read(ref, arena).format()).ordered());
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 200, 1, 1", "8, 136, 1, 1", "16, 80, 16, 32"})
    void awq(int first, int rows, int run, int stride) throws IOException {
        int[] outputOfPlace = {0, 2, 4, 6, 1, 3, 5, 7};
        int[] placeOfOutput = new int[8];
        for (int i = 0; i < 8; i++) {
            placeOfOutput[outputOfPlace[i]] = i;
        }
        TensorFile file = new TensorFile();
        int[] words = words("m.qweight", file, IN, OUT / 8);
        int[] zeros = words("m.qzeros", file, GROUPS, OUT / 8);
        short[] scales = scales(file);
        try (Arena arena = Arena.ofShared()) {
            assertRepacked(
                    new Awq(write(file, arena), GROUP),
                    new WeightRef("m.weight", first, rows, IN, run, stride, false),
                    arena,
                    (o, c) -> {
                        int g = c / GROUP;
                        int place = placeOfOutput[o % 8];
                        int zero = nibble(zeros[g * (OUT / 8) + o / 8], place);
                        int number = nibble(words[c * (OUT / 8) + o / 8], place);
                        return HalfFloats.f16(scales[g * OUT + o]) * (number - zero);
                    });
        }
    }

    @Test
    void awqOutputsThatBeginWithinAWordAreRefused() throws IOException {
        TensorFile file = new TensorFile();
        words("m.qweight", file, IN, OUT / 8);
        words("m.qzeros", file, GROUPS, OUT / 8);
        scales(file);
        try (Arena arena = Arena.ofShared()) {
            Awq awq = new Awq(write(file, arena), GROUP);
            WeightRef ref = new WeightRef("m.weight", 4, 16, IN, 1, 1, false);
            String message =
                    assertThrows(UnsupportedModelException.class, () -> awq.check(ref))
                            .getMessage();
            assertTrue(message.startsWith("m: AWQ outputs that begin"), message);
        }
    }

    /** Experts, inputs, outputs; first row, rows, run, stride. */
    @ParameterizedTest
    @CsvSource({
        "F32, 1, 150, 70, 0, 70, 1, 1",
        "F16, 1, 64, 130, 65, 65, 1, 1",
        "BF16, 3, 70, 140, 141, 70, 1, 2",
        "F32, 3, 70, 140, 280, 140, 1, 1",
    })
    void transposed(
            String type, int experts, int in, int out, int first, int rows, int run, int stride)
            throws IOException {
        boolean wide = type.equals("F32");
        byte[] data = new byte[experts * in * out * (wide ? 4 : 2)];
        ByteBuffer numbers = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < experts * in * out; i++) {
            if (wide) {
                numbers.putFloat(i + 0.25f);
            } else {
                numbers.putShort((short) (i & 0x3fff)); // neither infinite nor NaN
            }
        }
        TensorFile file = new TensorFile();
        if (experts == 1) {
            file.add("m", type, data, in, out);
        } else {
            file.add("m", type, data, experts, in, out);
        }
        try (Arena arena = Arena.ofShared()) {
            WeightReader reader =
                    new WeightReader(write(file, arena), new Packing.Unpacked(), arena);
            Weight weight = reader.read(new WeightRef("m", first, rows, in, run, stride, true));
            assertTrue(weight.format() instanceof Plain);
            float[] row = new float[in];
            for (int r = 0; r < rows; r++) {
                Dequant.row(weight, r, row);
                int at = first + r / run * stride + r % run;
                for (int c = 0; c < in; c++) {
                    int i = at / out * in * out + c * out + at % out;
                    float wanted =
                            switch (type) {
                                case "F32" -> numbers.getFloat(i * 4);
                                case "F16" -> HalfFloats.f16(numbers.getShort(i * 2));
                                default -> HalfFloats.bf16(numbers.getShort(i * 2));
                            };
                    assertEquals(wanted, row[c], "row " + r + " input " + c);
                }
            }
        }
    }
}
