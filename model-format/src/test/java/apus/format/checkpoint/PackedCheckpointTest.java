package apus.format.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apus.format.ApusException;
import apus.format.Block;
import apus.format.DType;
import apus.format.Dequant;
import apus.format.TensorInfo;
import apus.format.Weight;
import apus.format.spec.WeightRef;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Quantised checkpoints: what they take, and what is refused by name. */
final class PackedCheckpointTest {
    @TempDir Path dir;

    static List<String> all() throws IOException {
        try (Stream<Path> models = Files.list(TestModels.original(""))) {
            return models.map(m -> m.getFileName().toString()).sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void weightsTakeTheMemoryThatWasForetoldAndNoMoreThanTheFile(String name) {
        try (Checkpoint checkpoint = Checkpoint.open(TestModels.original(name))) {
            WeightMemory foretold = checkpoint.memory();
            long mapped = 0;
            long copied = 0;
            for (WeightRef ref : new HashSet<>(checkpoint.spec().weights())) {
                Weight weight = checkpoint.weight(ref);
                if (weight.data().isMapped()) {
                    mapped += weight.bytes();
                } else {
                    copied += weight.bytes();
                }
                float[] row = new float[weight.cols()];
                Dequant.row(weight, weight.rows() - 1, row);
                for (float value : row) {
                    assertTrue(Float.isFinite(value), ref.toString());
                }
            }
            assertEquals(mapped + copied, foretold.bytes());
            assertEquals(mapped, foretold.mapped());
            long stored = checkpoint.tensors().stream().mapToLong(TensorInfo::bytes).sum();
            assertEquals(1, foretold.bytes() / (double) stored, 0.05, foretold + " of " + stored);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "llama-gptq-int4 | \"bits\": 4 | \"bits\": 3 | GPTQ with 3 bits is not supported",
                "llama-gptq-int4 | \"gptq\"} | \"odd\"} | checkpoint_format 'odd'",
                "llama-gptq-int4 | \"group_size\": 32 | \"group_size\": 16 | qzeros: expected I32"
                        + " [4,",
                "llama-gptq-int4 | \"group_size\": 32 | \"group_size\": 48 | groups of 48",
                "llama-gptq-int4 | \"group_size\": 32 | \"group_size\": 1 | groups of 1",
                "llama-awq-int4 | \"gemm\" | \"gemv\" | version 'gemv'",
                "llama-awq-int4 | \"group_size\": 32 | \"group_size\": 64 | qzeros: expected I32"
                        + " [1,",
                "llama-fp8-channel | float-quantized | pack-quantized | 'pack-quantized' is not",
                "llama-fp8-channel | \"num_bits\": 8 | \"num_bits\": 4 | num_bits 8",
                "qwen3-fp8-block | [32, 32] | [16, 32] | expected 16 scales",
                "qwen3-fp8-block | [32, 32] | [32] | must hold two numbers",
            })
    void aConfigurationThatContradictsThePackingIsRefused(
            String name, String from, String to, String problem) throws IOException {
        Path model = TestModels.copy(name, dir);
        Path file = model.resolve("config.json");
        // However the file spaces its keys.
        String text = Files.readString(file).replaceAll("\\s*:\\s*", ": ").replaceAll("\\s+", " ");
        text = text.replace("[ ", "[").replace(" ]", "]").replace(" }", "}");
        assertTrue(text.contains(from), text);
        Files.writeString(file, text.replace(from, to));
        assertRefused(model, problem);
    }

    @ParameterizedTest
    @CsvSource({
        "llama-gptq-int4, k_proj.scales, k_proj.scalez",
        "llama-gptq-int4, q_proj.qzeros, q_proj.qzeroz",
        "llama-awq-int4, down_proj.qweight, down_proj.qweighz",
        "llama-fp8-channel, k_proj.weight_scale, k_proj.weight_scalz",
        "qwen3-fp8-block, o_proj.weight_scale_inv, o_proj.weight_scale_inw",
        "gpt-oss, gate_up_proj_scales, gate_up_proj_scalez",
        "gpt-oss, down_proj_blocks, down_proj_blockz",
    })
    void aMissingPartIsNamed(String name, String tensor, String other) throws IOException {
        Path model = TestModels.copy(name, dir);
        rename(model, tensor, other);
        assertRefused(model, "layers.0");
    }

    @Test
    void inputsInActOrderGiveTheirOwnColumns() throws IOException {
        // 64 inputs in 2 groups; the inputs of the groups now come by turns.
        Path model = TestModels.copy("llama-gptq-int4", dir);
        Path file = model.resolve("model.safetensors");
        byte[] original = Files.readAllBytes(file);
        ByteBuffer bytes = ByteBuffer.wrap(original).order(ByteOrder.LITTLE_ENDIAN);
        int words = dataOf(bytes, "layers.0.self_attn.q_proj.qweight");
        int groups = dataOf(bytes, "layers.0.self_attn.q_proj.g_idx");
        int outputs = 64;
        int[][] numbers = new int[64][outputs];
        for (int c = 0; c < 64; c++) {
            for (int r = 0; r < outputs; r++) {
                int word = bytes.getInt(words + (c / 8 * outputs + r) * 4);
                numbers[c][r] = (word >>> (4 * (c % 8))) & 15;
            }
        }
        for (int i = 0; i < 8 * outputs; i++) {
            bytes.putInt(words + i * 4, 0);
        }
        for (int c = 0; c < 64; c++) {
            int moved = moved(c);
            bytes.putInt(groups + moved * 4, c / 32);
            for (int r = 0; r < outputs; r++) {
                int at = words + (moved / 8 * outputs + r) * 4;
                bytes.putInt(at, bytes.getInt(at) | numbers[c][r] << (4 * (moved % 8)));
            }
        }
        Files.write(file, original);
        try (Checkpoint plain = Checkpoint.open(TestModels.original("llama-gptq-int4"));
                Checkpoint ordered = Checkpoint.open(model)) {
            WeightRef ref = plain.spec().layers().getFirst().attn().q().weight();
            assertEquals(new Block(32, DType.F16, true), ordered.weight(ref).format());
            float[] wanted = new float[64];
            float[] found = new float[64];
            for (int r = 0; r < outputs; r++) {
                Dequant.row(plain.weight(ref), r, wanted);
                Dequant.row(ordered.weight(ref), r, found);
                for (int c = 0; c < 64; c++) {
                    assertEquals(wanted[c], found[moved(c)], "output " + r + " input " + c);
                }
            }
        }
    }

    private static int moved(int input) {
        return input % 32 * 2 + input / 32;
    }

    /** Where a tensor's data begins in the file. */
    private static int dataOf(ByteBuffer file, String tensor) {
        int header = (int) file.getLong(0);
        String json = StandardCharsets.UTF_8.decode(file.slice(8, header)).toString();
        int at = json.indexOf("data_offsets", json.indexOf(tensor));
        int from = json.indexOf('[', at) + 1;
        String offset = json.substring(from, json.indexOf(',', from)).strip();
        return 8 + header + Integer.parseInt(offset);
    }

    @Test
    void groupsThatAreNotGroupsAreRefused() throws IOException {
        Path model = TestModels.copy("llama-gptq-int4", dir);
        Path file = model.resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(file);
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        buffer.putInt(dataOf(buffer, "layers.0.self_attn.q_proj.g_idx") + 4, 77);
        Files.write(file, bytes);
        try (Checkpoint checkpoint = Checkpoint.open(model)) {
            WeightRef ref = checkpoint.spec().layers().getFirst().attn().q().weight();
            String message =
                    assertThrows(ApusException.class, () -> checkpoint.weight(ref)).getMessage();
            assertTrue(message.contains("q_proj.g_idx: input 1 is in group 77"), message);
        }
    }

    /** In the header, padded to the same length. */
    private static void rename(Path model, String tensor, String other) throws IOException {
        assertEquals(tensor.length(), other.length());
        Path file = model.resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(file);
        int header = (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
        String json = new String(bytes, 8, header, StandardCharsets.UTF_8);
        assertTrue(json.contains(tensor + "\""), json);
        byte[] changed = json.replace(tensor + "\"", other + "\"").getBytes(StandardCharsets.UTF_8);
        System.arraycopy(changed, 0, bytes, 8, header);
        Files.write(file, bytes);
    }

    private static void assertRefused(Path model, String problem) {
        String message =
                assertThrows(
                                ApusException.class,
                                () -> {
                                    try (Checkpoint checkpoint = Checkpoint.open(model)) {
                                        throw new AssertionError(
                                                "opened " + checkpoint.directory());
                                    }
                                })
                        .getMessage();
        assertTrue(message.contains(problem), message);
    }
}
