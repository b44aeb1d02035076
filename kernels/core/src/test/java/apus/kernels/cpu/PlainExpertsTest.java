package apus.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import apus.conformance.TensorFile;
import apus.format.Dequant;
import apus.format.SafetensorsFile;
import apus.format.TensorInfo;
import apus.format.Weight;
import apus.format.checkpoint.Checkpoint;
import apus.format.spec.Experts;
import apus.format.spec.Gated;
import apus.format.spec.Layer;
import apus.format.spec.Linear;
import apus.kernels.Driver;
import apus.kernels.Executor;
import apus.kernels.ExecutorOptions;
import apus.kernels.ExecutorOptions.CpuChoice;
import apus.kernels.GoldenModel;
import apus.kernels.KvShape;
import apus.kernels.Quantization;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * GPT-OSS with experts in bf16, as unquantised checkpoints have them: {@code [experts][inputs]
 * [outputs]}, gate and up by turns. A copy of the golden model is written so; E2M1 numbers times
 * powers of two are bf16 numbers, so it is the same model, and has the same golden outputs.
 */
final class PlainExpertsTest {
    private static final int BLOCK = 8;
    private static final int BLOCKS = 16;
    private static final int TOKENS = 96;

    @TempDir Path dir;
    private final GoldenModel golden = GoldenModel.all("gpt-oss").getFirst();

    @BeforeEach
    void writeTheCopy() throws IOException {
        JsonMapper json = new JsonMapper();
        ObjectNode config =
                (ObjectNode) json.readTree(golden.dir().resolve("config.json").toFile());
        config.remove("quantization_config");
        Files.write(dir.resolve("config.json"), json.writeValueAsBytes(config));
        Files.copy(golden.dir().resolve("tokenizer.json"), dir.resolve("tokenizer.json"));
        TensorFile copy = new TensorFile();
        try (Arena arena = Arena.ofConfined();
                Checkpoint packed = Checkpoint.open(golden.dir())) {
            SafetensorsFile file =
                    SafetensorsFile.map(golden.dir().resolve("model.safetensors"), arena);
            for (TensorInfo tensor : file.tensors().values()) {
                if (!tensor.name().endsWith("_blocks") && !tensor.name().endsWith("_scales")) {
                    byte[] data = file.data(tensor).toArray(ValueLayout.JAVA_BYTE);
                    long[] shape = tensor.shape().stream().mapToLong(n -> n).toArray();
                    copy.add(tensor.name(), tensor.dtype().name(), data, shape);
                }
            }
            for (Layer layer : packed.spec().layers()) {
                experts(packed, ((Experts) layer.ffn()).experts(), copy);
            }
        }
        copy.write(dir.resolve("model.safetensors"));
    }

    private static void experts(Checkpoint packed, List<Gated> experts, TensorFile copy) {
        Linear gate = experts.getFirst().gate();
        int wide = gate.weight().rows();
        int hidden = gate.weight().cols();
        byte[] gateUp = new byte[Short.BYTES * experts.size() * hidden * 2 * wide];
        byte[] down = new byte[Short.BYTES * experts.size() * wide * hidden];
        for (int e = 0; e < experts.size(); e++) {
            Gated expert = experts.get(e);
            for (int o = 0; o < wide; o++) {
                float[] g = row(packed.weight(expert.gate().weight()), o);
                float[] u = row(packed.weight(expert.up().weight()), o);
                for (int i = 0; i < hidden; i++) {
                    int at = (e * hidden + i) * 2 * wide + 2 * o;
                    put(gateUp, at, g[i]);
                    put(gateUp, at + 1, u[i]);
                }
            }
            for (int o = 0; o < hidden; o++) {
                float[] d = row(packed.weight(expert.down().weight()), o);
                for (int i = 0; i < wide; i++) {
                    put(down, (e * wide + i) * hidden + o, d[i]);
                }
            }
        }
        copy.add(gate.weight().tensor(), "BF16", gateUp, experts.size(), hidden, 2L * wide);
        copy.add(
                experts.getFirst().down().weight().tensor(),
                "BF16",
                down,
                experts.size(),
                wide,
                hidden);
    }

    private static void put(byte[] to, int at, float value) {
        int bits = Float.floatToRawIntBits(value);
        assertEquals(0, bits & 0xffff, value + " is a bf16 number");
        to[2 * at] = (byte) (bits >>> 16);
        to[2 * at + 1] = (byte) (bits >>> 24);
    }

    private static float[] row(Weight weight, int row) {
        float[] values = new float[weight.cols()];
        Dequant.row(weight, row, values);
        return values;
    }

    @Test
    void everyExpertHasTheNumbersOfThePackedOne() {
        try (Checkpoint packed = Checkpoint.open(golden.dir());
                Checkpoint plain = Checkpoint.open(dir)) {
            for (int l = 0; l < packed.spec().layers().size(); l++) {
                List<Gated> a = ((Experts) packed.spec().layers().get(l).ffn()).experts();
                List<Gated> b = ((Experts) plain.spec().layers().get(l).ffn()).experts();
                for (int e = 0; e < a.size(); e++) {
                    assertSame(packed, a.get(e).gate(), plain, b.get(e).gate());
                    assertSame(packed, a.get(e).up(), plain, b.get(e).up());
                    assertSame(packed, a.get(e).down(), plain, b.get(e).down());
                }
            }
        }
    }

    private static void assertSame(Checkpoint packed, Linear a, Checkpoint plain, Linear b) {
        for (int r = 0; r < a.weight().rows(); r++) {
            assertArrayEquals(row(packed.weight(a.weight()), r), row(plain.weight(b.weight()), r));
        }
        assertArrayEquals(packed.vector(a.bias()), plain.vector(b.bias()));
    }

    @Test
    void theOutputsAreTheGoldenOnes() {
        ExecutorOptions options =
                new ExecutorOptions(
                        2, TOKENS, 1, TOKENS, BLOCK * BLOCKS, CpuChoice.AUTO, Quantization.NONE);
        try (Checkpoint plain = Checkpoint.open(dir);
                Executor executor = new CpuExecutorProvider().open(plain, options)) {
            executor.allocateKv(new KvShape(1 + BLOCKS, BLOCK));
            Driver driver = new Driver(executor, TOKENS, 1, BLOCK, BLOCKS, 0);
            for (GoldenModel.Prompt prompt : golden.prompts().values()) {
                Driver.Seq seq = driver.start(prompt.ids(), 0);
                driver.run(Integer.MAX_VALUE, seq);
                assertArrayEquals(
                        prompt.finalLogits(), seq.last(), golden.logitTolerance(), prompt.name());
            }
        }
    }
}
