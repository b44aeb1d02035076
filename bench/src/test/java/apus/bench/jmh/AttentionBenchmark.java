package apus.bench.jmh;

import apus.kernels.cpu.AttentionTask;
import apus.kernels.cpu.CpuKernels;
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
 * Attention of one layer at the end of a context, on one thread. One token is decode, bound by
 * memory (compare {@link ReadLimitBenchmark}); 32 are part of a prompt, bound by arithmetic. The
 * shape is TinyLlama 1.1B's: 32 query heads share 4 key/value heads of 64. There are as many caches
 * as layers, so that no call finds the cache of the one before in the processor's.
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
public class AttentionBenchmark {
    private static final int LAYERS = 22;
    private static final int HEADS = 32;
    private static final int KV_HEADS = 4;
    private static final int GROUP = HEADS / KV_HEADS;
    private static final int HEAD_DIM = 64;
    private static final int BLOCK = 16;

    /** Vectors may reach beyond the last block. */
    private static final int SLACK = 64;

    @Param({"vector", "scalar"})
    private String kernels;

    @Param({"4096"})
    private int context;

    @Param({"1", "32"})
    private int tokens;

    private Arena arena;
    private CpuKernels with;
    private AttentionTask task;
    private MemorySegment[] keys;
    private MemorySegment[] values;
    private int layer;

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

        /** 10^9 bytes of keys and values. */
        public double gigabytes() {
            return bytes / 1e9;
        }
    }

    @Setup
    public void open() {
        arena = Arena.ofShared();
        with = Kernels.of(kernels);
        int width = HEADS * HEAD_DIM;
        int blocks = context / BLOCK;
        long floats = (long) blocks * KV_HEADS * BLOCK * HEAD_DIM + SLACK;
        keys = new MemorySegment[LAYERS];
        values = new MemorySegment[LAYERS];
        for (int i = 0; i < LAYERS; i++) {
            keys[i] = Kernels.floats(arena, floats, 2L * i);
            values[i] = Kernels.floats(arena, floats, 2L * i + 1);
        }
        task = new AttentionTask();
        task.q = Kernels.floats(arena, (long) tokens * width, 51);
        task.out = Kernels.floats(arena, (long) tokens * width, 52);
        task.queryWidth = width;
        task.kvHeads = KV_HEADS;
        task.headDim = HEAD_DIM;
        task.blockSize = BLOCK;
        task.scale = 0.125f;
        task.heads = GROUP;
        task.blockTable = new int[blocks];
        // As after some use: blocks of a sequence are not neighbours.
        for (int i = 0; i < blocks; i++) {
            task.blockTable[i] = (int) ((long) i * 37 % blocks);
        }
        long scratch = with.attentionScratch(HEAD_DIM, BLOCK);
        task.scratch = arena.allocate(Math.max(16, scratch) * Float.BYTES, 64);
    }

    @TearDown
    public void close() {
        arena.close();
    }

    @Benchmark
    public MemorySegment attention(Rates rates) {
        layer = (layer + 1) % LAYERS;
        task.keys = keys[layer];
        task.values = values[layer];
        int most = AttentionTask.MAX_ROWS / GROUP;
        for (int t = 0; t < tokens; t += most) {
            task.firstToken = t;
            task.tokens = Math.min(most, tokens - t);
            task.firstPosition = context - tokens + t;
            for (int h = 0; h < KV_HEADS; h++) {
                task.kvHead = h;
                task.firstHead = h * GROUP;
                with.attention(task);
            }
        }
        // Scores and weighted values; tokens before the last see a little less.
        double seen = context - (tokens - 1) / 2.0;
        rates.operations += 4.0 * tokens * seen * HEADS * HEAD_DIM;
        rates.bytes += 2.0 * context * KV_HEADS * HEAD_DIM * Float.BYTES;
        return task.out;
    }
}
