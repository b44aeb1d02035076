package apus.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * How fast this machine's memory can be read by so many threads: each sums its part of a buffer
 * that no cache holds. The sum is kept, or the loop would be compiled away.
 */
final class ReadLimit {
    private static final VectorSpecies<Long> SPECIES = LongVector.SPECIES_PREFERRED;
    private static final long BYTES = 1L << 30;
    private static final int WARM_UPS = 3;

    private ReadLimit() {}

    /** Bytes per second, in units of 10^9; the median of the repetitions. */
    static double measure(int threads, int repetitions) throws InterruptedException {
        long part = Math.max(1, BYTES / threads / 4096) * 4096;
        double[] rates = new double[repetitions];
        try (Arena arena = Arena.ofShared()) {
            List<MemorySegment> parts = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                MemorySegment segment = arena.allocate(part, 64);
                segment.fill((byte) (i + 1)); // pages that were never written are all one page
                parts.add(segment);
            }
            for (int i = -WARM_UPS; i < repetitions; i++) {
                double seconds = readAll(parts);
                if (i >= 0) {
                    rates[i] = part * threads / seconds / 1e9;
                }
            }
        }
        return Median.of(rates);
    }

    private static double readAll(List<MemorySegment> parts) throws InterruptedException {
        long[] sums = new long[parts.size()];
        CyclicBarrier start = new CyclicBarrier(parts.size() + 1);
        CyclicBarrier end = new CyclicBarrier(parts.size() + 1);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < sums.length; i++) {
            int number = i;
            threads.add(
                    Thread.ofPlatform()
                            .daemon()
                            .start(() -> {
                                await(start);
                                sums[number] = sum(parts.get(number));
                                await(end);
                            }));
        }
        await(start);
        long begin = System.nanoTime();
        await(end);
        long nanos = System.nanoTime() - begin;
        for (Thread thread : threads) {
            thread.join();
        }
        long written = 0x0101_0101_0101_0101L * (parts.getFirst().byteSize() / Long.BYTES);
        if (sums[0] != written) {
            throw new IllegalStateException(
                    "sum " + sums[0] + " where " + written + " was written");
        }
        return nanos / 1e9;
    }

    /** Four sums at a time, so that loads do not wait for additions. */
    private static long sum(MemorySegment segment) {
        int width = SPECIES.vectorByteSize();
        ByteOrder order = ByteOrder.nativeOrder();
        LongVector a = LongVector.zero(SPECIES);
        LongVector b = a;
        LongVector c = a;
        LongVector d = a;
        for (long at = 0; at < segment.byteSize(); at += 4L * width) {
            a = a.add(LongVector.fromMemorySegment(SPECIES, segment, at, order));
            b = b.add(LongVector.fromMemorySegment(SPECIES, segment, at + width, order));
            c = c.add(LongVector.fromMemorySegment(SPECIES, segment, at + 2L * width, order));
            d = d.add(LongVector.fromMemorySegment(SPECIES, segment, at + 3L * width, order));
        }
        return a.add(b).add(c.add(d)).reduceLanes(VectorOperators.ADD);
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (InterruptedException | BrokenBarrierException e) {
            throw new IllegalStateException(e);
        }
    }
}
