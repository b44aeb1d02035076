package apus.bench.jmh;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** How fast one thread reads memory that no cache holds: what bounds every decode kernel. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
        value = 1,
        jvmArgsAppend = {
            "--add-modules",
            "jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED"
        })
public class ReadLimitBenchmark {
    private static final long BYTES = 512L << 20;
    private static final int WIDTH = LongVector.SPECIES_PREFERRED.vectorByteSize();

    private Arena arena;
    private MemorySegment memory;

    /** Rates per second; JMH divides by the time. */
    @AuxCounters
    @State(Scope.Thread)
    public static class Rates {
        private double bytes;

        /** JMH resets public fields only. */
        @Setup(Level.Iteration)
        public void reset() {
            bytes = 0;
        }

        /** 10^9 bytes read. */
        public double gigabytes() {
            return bytes / 1e9;
        }
    }

    @Setup
    public void open() {
        arena = Arena.ofShared();
        memory = arena.allocate(BYTES, 64).fill((byte) 1);
    }

    @TearDown
    public void close() {
        arena.close();
    }

    @Benchmark
    public long read(Rates rates) {
        LongVector a = LongVector.zero(LongVector.SPECIES_PREFERRED);
        LongVector b = a;
        for (long at = 0; at < BYTES; at += 2L * WIDTH) {
            a = a.add(load(at));
            b = b.add(load(at + WIDTH));
        }
        rates.bytes += BYTES;
        return a.add(b).reduceLanes(VectorOperators.ADD);
    }

    private LongVector load(long at) {
        return LongVector.fromMemorySegment(
                LongVector.SPECIES_PREFERRED, memory, at, ByteOrder.nativeOrder());
    }
}
