package apus.bench.jmh;

import apus.format.spec.Act;
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

/** One gated activation of a token, act(gate) * up. The gate is copied first: it is overwritten. */
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
public class GatedBenchmark {
    @Param({"vector", "scalar"})
    private String kernels;

    @Param({"SILU", "GELU_TANH", "GELU", "RELU"})
    private Act act;

    @Param({"5632"})
    private int width;

    private Arena arena;
    private CpuKernels with;
    private MemorySegment fresh;
    private MemorySegment freshUp;
    private MemorySegment gate;
    private MemorySegment up;

    @Setup
    public void open() {
        arena = Arena.ofShared();
        with = Kernels.of(kernels);
        fresh = Kernels.floats(arena, width, 3);
        freshUp = Kernels.floats(arena, width, 5);
        gate = Kernels.floats(arena, width, 7);
        up = Kernels.floats(arena, width, 9);
    }

    @TearDown
    public void close() {
        arena.close();
    }

    /** What of the other one is copying. */
    @Benchmark
    public MemorySegment copies() {
        gate.copyFrom(fresh);
        return up.copyFrom(freshUp);
    }

    @Benchmark
    public MemorySegment gated() {
        gate.copyFrom(fresh);
        up.copyFrom(freshUp);
        with.gated(act, gate, 0, up, 0, width);
        return gate;
    }
}
