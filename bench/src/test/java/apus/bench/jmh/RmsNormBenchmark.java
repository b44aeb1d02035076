package apus.bench.jmh;

import apus.kernels.cpu.CpuKernels;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
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

/** One RMS norm of a token. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {
            "--add-modules",
            "jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED"
        })
public class RmsNormBenchmark {
    @Param({"vector", "scalar"})
    private String kernels;

    @Param({"2048", "4096"})
    private int hidden;

    private Arena arena;
    private CpuKernels with;
    private MemorySegment x;
    private MemorySegment weight;
    private MemorySegment y;

    @Setup
    public void open() {
        arena = Arena.ofShared();
        with = Kernels.of(kernels);
        x = Kernels.floats(arena, hidden, 3);
        weight = Kernels.floats(arena, hidden, 5);
        y = Kernels.floats(arena, hidden, 9);
    }

    @TearDown
    public void close() {
        arena.close();
    }

    @Benchmark
    public MemorySegment rmsNorm() {
        with.rmsNorm(x, 0, weight, hidden, 1e-5f, 0, y, 0);
        return y;
    }
}
