package apus.bench.jmh;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import apus.format.QuadTiled;
import apus.kernels.cpu.simd.VectorKernels;
import apus.kernels.cpu.tile.DigitWriter;
import apus.kernels.cpu.tile.QuadInputs;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
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

/**
 * A token's 2,048 inputs as digits with a scale per 32, for integers on matrix tiles: plain, and by
 * the Vector API.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {
            "--add-modules",
            "jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED"
        })
public class DigitsBenchmark {
    private static final int COLS = 2048;

    @Param({"vector", "plain"})
    private String how;

    @Param({"2", "3"})
    private int digits;

    private Arena arena;
    private DigitWriter writer;
    private MemorySegment x;
    private MemorySegment out;

    @Setup
    public void setUp() {
        arena = Arena.ofShared();
        writer = how.equals("vector") ? new VectorKernels() : QuadInputs::write;
        x = arena.allocate(COLS * (long) Float.BYTES, 64);
        Random random = new Random(1);
        for (int i = 0; i < COLS; i++) {
            x.setAtIndex(JAVA_FLOAT, i, (float) random.nextGaussian());
        }
        out = arena.allocate(COLS * (digits + 4L), 64);
    }

    @TearDown
    public void tearDown() {
        arena.close();
    }

    @Benchmark
    public MemorySegment token() {
        int blocks = COLS / QuadTiled.BLOCK;
        long stride = (long) digits * QuadTiled.BLOCK;
        writer.write(digits, blocks, x, 0, out, 0, stride, COLS / 4L * digits);
        return out;
    }
}
