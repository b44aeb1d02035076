package apus.bench.jmh;

import apus.conformance.TensorFile;
import apus.format.Weight;
import apus.format.checkpoint.Checkpoint;
import apus.format.spec.WeightRef;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Unpacking one layer of a quantised Llama-2-7B (4096, 11008, groups of 128; 202 million numbers):
 * all matrices of the layer, by {@link Checkpoint}, and, for comparison, the numbers alone one by
 * one, as was done before.
 *
 * <p>JDK 25.0.3, two processors of an AMD EPYC (Zen 4), medians: GPTQ 68 ms instead of 807, in act
 * order 111 instead of 818, AWQ 313 instead of 983.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3)
@Measurement(iterations = 7)
public class RepackBenchmark {
    private static final int HIDDEN = 4096;
    private static final int WIDE = 11008;
    private static final int GROUP = 128;
    private static final ValueLayout.OfInt I32 =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int[] AWQ_PLACE = {0, 4, 1, 5, 2, 6, 3, 7};

    /** How the layer is packed; {@code act-order} sorts the inputs of GPTQ at random. */
    @Param({"gptq", "act-order", "awq"})
    public String packing;

    private final Random random = new Random(1);
    private Path dir;

    /** Writes the layer. */
    @Setup
    public void write() throws IOException {
        dir = Files.createTempDirectory("apus-repack");
        boolean awq = packing.equals("awq");
        Files.writeString(
                dir.resolve("config.json"),
                """
                {"architectures": ["LlamaForCausalLM"], "hidden_size": 4096, "intermediate_size": 11008,
                 "num_hidden_layers": 1, "num_attention_heads": 32, "vocab_size": 8,
                 "max_position_embeddings": 4096, "rms_norm_eps": 1e-5, "hidden_act": "silu",
                 "tie_word_embeddings": true, "quantization_config": {"quant_method": "%s", "bits": 4,
                 "group_size": 128%s}}
                """
                        .formatted(awq ? "awq" : "gptq", awq ? ", \"version\": \"gemm\"" : ""));
        TensorFile file = new TensorFile();
        file.zeros("model.embed_tokens.weight", "F16", 8, HIDDEN);
        file.zeros("model.norm.weight", "F16", HIDDEN);
        file.zeros("model.layers.0.input_layernorm.weight", "F16", HIDDEN);
        file.zeros("model.layers.0.post_attention_layernorm.weight", "F16", HIDDEN);
        for (String name : List.of("q", "k", "v", "o")) {
            matrix(file, "self_attn." + name + "_proj", HIDDEN, HIDDEN);
        }
        matrix(file, "mlp.gate_proj", WIDE, HIDDEN);
        matrix(file, "mlp.up_proj", WIDE, HIDDEN);
        matrix(file, "mlp.down_proj", HIDDEN, WIDE);
        file.write(dir.resolve("model.safetensors"));
    }

    private void matrix(TensorFile file, String name, int out, int in) {
        String at = "model.layers.0." + name + ".";
        byte[] words = new byte[out / 2 * in];
        random.nextBytes(words);
        if (packing.equals("awq")) {
            file.add(at + "qweight", "I32", words, in, out / 8);
        } else {
            file.add(at + "qweight", "I32", words, in / 8, out);
        }
        file.zeros(at + "qzeros", "I32", in / GROUP, out / 8);
        file.zeros(at + "scales", "F16", in / GROUP, out);
        if (packing.equals("act-order")) {
            ByteBuffer groups = ByteBuffer.allocate(in * 4).order(ByteOrder.LITTLE_ENDIAN);
            List<Integer> shuffled =
                    new ArrayList<>(IntStream.range(0, in).map(c -> c / GROUP).boxed().toList());
            Collections.shuffle(shuffled, random);
            shuffled.forEach(groups::putInt);
            file.add(at + "g_idx", "I32", groups.array(), in);
        }
    }

    /** Removes it. */
    @TearDown
    public void remove() throws IOException {
        try (Stream<Path> files = Files.walk(dir)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** As it is loaded. */
    @Benchmark
    public long tiles() {
        try (Checkpoint checkpoint = Checkpoint.open(dir)) {
            long bytes = 0;
            for (WeightRef ref : checkpoint.spec().weights()) {
                Weight weight = checkpoint.weight(ref);
                bytes += weight.bytes();
            }
            return bytes;
        }
    }

    /** Number by number, without scales and zero points. */
    @Benchmark
    @Warmup(iterations = 1)
    @Measurement(iterations = 3)
    public long numberByNumber() {
        long bytes = 0;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment words = arena.allocate((long) WIDE * HIDDEN / 2);
            for (int[] shape :
                    new int[][] {
                        {HIDDEN, HIDDEN},
                        {HIDDEN, HIDDEN},
                        {HIDDEN, HIDDEN},
                        {HIDDEN, HIDDEN},
                        {WIDE, HIDDEN},
                        {WIDE, HIDDEN},
                        {HIDDEN, WIDE}
                    }) {
                MemorySegment to = arena.allocate((long) shape[0] * shape[1] / 2);
                if (packing.equals("awq")) {
                    awq(words, shape[0], shape[1], to);
                } else {
                    gptq(words, shape[0], shape[1], to);
                }
                bytes += to.byteSize();
            }
        }
        return bytes;
    }

    private static void gptq(MemorySegment words, long out, int in, MemorySegment to) {
        for (int c = 0; c < in; c++) {
            for (int r = 0; r < out; r++) {
                int word = words.get(I32, (c / 8 * out + r) * 4);
                set(to, (long) r * in + c, word >>> (4 * (c % 8)));
            }
        }
    }

    private static void awq(MemorySegment words, long out, int in, MemorySegment to) {
        for (int c = 0; c < in; c++) {
            for (int r = 0; r < out; r++) {
                int word = words.get(I32, (c * (out / 8) + r / 8) * 4);
                set(to, (long) r * in + c, word >>> (4 * AWQ_PLACE[r % 8]));
            }
        }
    }

    private static void set(MemorySegment to, long i, int number) {
        int shifted = (number & 15) << (i % 2 * 4);
        byte before = to.get(ValueLayout.JAVA_BYTE, i / 2);
        to.set(ValueLayout.JAVA_BYTE, i / 2, (byte) (before | shifted));
    }
}
