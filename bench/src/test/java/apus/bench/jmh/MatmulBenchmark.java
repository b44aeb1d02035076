package apus.bench.jmh;

import apus.format.DType;
import apus.format.Weight;
import apus.kernels.Quantization;
import apus.kernels.cpu.CpuKernels;
import apus.kernels.cpu.CpuKernels.Layout;
import apus.kernels.cpu.Packing;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
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
 * A matrix product of one thread, per format: 1 token is decode, bound by memory; 256 are prefill,
 * bound by arithmetic. The shape is the widest of TinyLlama 1.1B.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
        value = 1,
        jvmArgsAppend = {
            "--add-modules",
            "jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED"
        })
public class MatmulBenchmark {
    private static final int ROWS = 5632;
    private static final int COLS = 2048;

    @Param({"vector", "scalar"})
    private String kernels;

    /** As stored, or quantised from BF16. */
    @Param({"BF16", "F16", "F32", "INT8", "INT4"})
    private String format;

    @Param({"1", "16", "256"})
    private int tokens;

    private Arena arena;
    private CpuKernels with;
    private Weight weight;
    private Layout layout;
    private MemorySegment x;
    private MemorySegment arranged;
    private MemorySegment y;
    private MemorySegment scratch;

    /** Rates per second; JMH divides by the time. */
    @AuxCounters
    @State(Scope.Thread)
    public static class Rates {
        private double operations;
        private double bytes;

        /** JMH resets public fields only. */
        @Setup(Level.Iteration)
        public void reset() {
            operations = 0;
            bytes = 0;
        }

        /** 10^9 floating-point operations, a multiplication and an addition being two. */
        public double gflops() {
            return operations / 1e9;
        }

        /** 10^9 bytes of weights. */
        public double gigabytes() {
            return bytes / 1e9;
        }
    }

    @Setup
    public void open() {
        arena = Arena.ofShared();
        with = Kernels.of(kernels);
        weight =
                switch (format) {
                    case "INT8", "INT4" ->
                            Packing.quantized(
                                    Kernels.weight(arena, DType.BF16, ROWS, COLS),
                                    Quantization.valueOf(format),
                                    with,
                                    arena);
                    default -> Kernels.weight(arena, DType.valueOf(format), ROWS, COLS);
                };
        layout = with.layout(weight);
        x = Kernels.floats(arena, (long) tokens * COLS, 3);
        arranged =
                arena.allocate(Math.max(16, with.arrangedFloats(tokens, COLS)) * Float.BYTES, 64);
        y = arena.allocate((long) tokens * ROWS * Float.BYTES, 64);
        scratch = arena.allocate(Math.max(16, with.matmulScratch(weight)) * Float.BYTES, 64);
    }

    @TearDown
    public void close() {
        arena.close();
    }

    @Benchmark
    public MemorySegment matmul(Rates rates) {
        MemorySegment input = x;
        if (layout != Layout.ROWS) {
            with.arrange(layout, x, tokens, COLS, 0, tokens, arranged);
            input = arranged;
        }
        with.matmul(input, tokens, weight, MemorySegment.NULL, 0, ROWS, y, scratch, 0);
        rates.operations += 2.0 * tokens * ROWS * COLS;
        rates.bytes += weight.bytes();
        return y;
    }
}
