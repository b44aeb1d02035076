package apus.bench.jmh;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

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

/** The rotary embedding of all query heads of a token. */
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
public class RopeBenchmark {
    private static final int HEADS = 32;

    @Param({"vector", "scalar"})
    private String kernels;

    @Param({"64", "128"})
    private int headDim;

    private Arena arena;
    private CpuKernels with;
    private MemorySegment x;
    private MemorySegment cos;
    private MemorySegment sin;

    @Setup
    public void open() {
        arena = Arena.ofShared();
        with = Kernels.of(kernels);
        x = Kernels.floats(arena, (long) HEADS * headDim, 3);
        cos = arena.allocate(headDim * 2L, 64);
        sin = arena.allocate(headDim * 2L, 64);
        // True angles: x keeps its length however often it is turned.
        for (int i = 0; i < headDim / 2; i++) {
            cos.setAtIndex(JAVA_FLOAT, i, (float) Math.cos(i));
            sin.setAtIndex(JAVA_FLOAT, i, (float) Math.sin(i));
        }
    }

    @TearDown
    public void close() {
        arena.close();
    }

    @Benchmark
    public MemorySegment rope() {
        for (int h = 0; h < HEADS; h++) {
            with.rope(x, (long) h * headDim, headDim / 2, cos, sin, 0);
        }
        return x;
    }
}
