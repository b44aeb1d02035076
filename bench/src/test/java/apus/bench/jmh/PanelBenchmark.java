package apus.bench.jmh;

import apus.format.DType;
import apus.format.Weight;
import apus.kernels.cpu.CpuKernels;
import apus.kernels.cpu.simd.VectorKernels;
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
 * The two forms of a product of 480 tokens, on one thread: all together, by outer products of
 * panels, or 120 at a time, by the dot products that serve fewer tokens. The shapes are TinyLlama
 * 1.1B's two widths, a part of the rows.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 3)
@Measurement(iterations = 5, time = 2)
@Fork(
        value = 1,
        jvmArgsAppend = {
            "--add-modules",
            "jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED"
        })
public class PanelBenchmark {
    private static final int TOKENS = 480;
    private static final int ROWS = 512;

    @Param({"480", "120"})
    private int together;

    @Param({"BF16", "F16", "F32"})
    private DType format;

    @Param({"2048", "5632"})
    private int cols;

    private Arena arena;
    private CpuKernels with;
    private Weight weight;
    private MemorySegment[] arranged;
    private MemorySegment y;
    private MemorySegment scratch;

    /** Rates per second; JMH divides by the time. */
    @AuxCounters
    @State(Scope.Thread)
    public static class Rates {
        private double operations;

        /** JMH resets public fields only. */
        @Setup(Level.Iteration)
        public void reset() {
            operations = 0;
        }

        /** 10^9 floating-point operations, a multiplication and an addition being two. */
        public double gflops() {
            return operations / 1e9;
        }
    }

    @Setup
    public void open() {
        arena = Arena.ofShared();
        with = new VectorKernels();
        weight = Kernels.weight(arena, format, ROWS, cols);
        arranged = new MemorySegment[TOKENS / together];
        for (int i = 0; i < arranged.length; i++) {
            MemorySegment x = Kernels.floats(arena, (long) together * cols, i);
            arranged[i] = arena.allocate(with.arrangedFloats(together, cols) * Float.BYTES, 64);
            with.arrange(with.layout(weight), x, together, cols, 0, together, arranged[i]);
        }
        y = arena.allocate((long) together * ROWS * Float.BYTES, 64);
        scratch = arena.allocate(with.matmulScratch(weight) * Float.BYTES, 64);
    }

    @TearDown
    public void close() {
        arena.close();
    }

    @Benchmark
    public MemorySegment matmul(Rates rates) {
        int group = with.rowGroup(weight, together);
        for (MemorySegment x : arranged) {
            for (int row = 0; row < ROWS; row += group) {
                int to = Math.min(ROWS, row + group);
                with.matmul(x, together, weight, MemorySegment.NULL, row, to, y, scratch, 0);
            }
        }
        rates.operations += 2.0 * TOKENS * ROWS * cols;
        return y;
    }
}
