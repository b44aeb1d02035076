package apus.bench;

import apus.runtime.Chunk;
import apus.runtime.Engine;
import apus.runtime.Generation;
import apus.runtime.Request;
import apus.runtime.Sampling;
import apus.runtime.Stops;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.ToDoubleFunction;

/**
 * Runs a load through an engine, as embedders and the server do, and takes the time of every token.
 *
 * <p>Requests that start together do not all begin to generate at once: their prompts are worked
 * off one after the other. So each may generate beyond its measure, and decode is timed from when
 * the last of them has begun.
 */
final class EngineRun {
    /** The JIT is done with a model's loops within this time, as measured on two cores. */
    private static final long WARM_UP_NANOS = 5_000_000_000L;

    private static final int MAX_WARM_UPS = 50;

    private final Engine engine;
    private final Load load;
    private final SplittableRandom random = new SplittableRandom(7);

    EngineRun(Engine engine, Load load) {
        this.engine = engine;
        this.load = load;
    }

    /** Warms up, then measures again and again. */
    Speed measure(int repetitions) throws InterruptedException {
        long start = System.nanoTime();
        int warmUps = 0;
        do {
            once();
            warmUps++;
        } while (System.nanoTime() - start < WARM_UP_NANOS && warmUps < MAX_WARM_UPS);
        List<Speed> all = new ArrayList<>();
        for (int i = 0; i < repetitions; i++) {
            all.add(once());
        }
        return new Speed(
                median(all, Speed::prefillTokensPerSecond),
                median(all, Speed::decodeTokensPerSecond),
                median(all, Speed::firstTokenMillis),
                median(all, Speed::meanContext));
    }

    private static double median(List<Speed> all, ToDoubleFunction<Speed> of) {
        return Median.of(all.stream().mapToDouble(of).toArray());
    }

    private Speed once() throws InterruptedException {
        long start = System.nanoTime();
        List<long[]> times;
        List<Generation> running = new ArrayList<>();
        try (ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor()) {
            Progress progress = new Progress(load);
            List<Callable<long[]>> tasks = new ArrayList<>();
            for (int i = 0; i < load.concurrency(); i++) {
                Generation generation = engine.submit(request());
                running.add(generation);
                int number = i;
                tasks.add(() -> times(generation, progress, number));
            }
            times = new ArrayList<>();
            for (Future<long[]> future : readers.invokeAll(tasks)) {
                times.add(result(future));
            }
        } finally {
            running.forEach(Generation::close);
        }
        return Timeline.speed(start, times, load);
    }

    private static long[] result(Future<long[]> future) throws InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    private Request request() {
        int[] prompt = new int[load.promptTokens()];
        int ids = engine.tokenizer().vocabSize();
        Arrays.setAll(prompt, i -> random.nextInt(ids));
        int longest = (int) load.room(engine.model()) - load.promptTokens();
        Stops stops = Stops.builder().maxTokens(longest).ignoreEos(true).build();
        return Request.of(prompt, Sampling.GREEDY, stops);
    }

    /** When each token came, until the measure is full. */
    private static long[] times(Generation generation, Progress progress, int number)
            throws InterruptedException {
        long[] times = new long[64];
        int count = 0;
        for (Optional<Chunk> next = generation.next(); next.isPresent(); next = generation.next()) {
            long now = System.nanoTime();
            for (int i = 0; i < next.get().tokenIds().length; i++) {
                if (count == times.length) {
                    times = Arrays.copyOf(times, 2 * count);
                }
                times[count++] = now;
            }
            if (progress.enough(number, count)) {
                generation.cancel();
            }
        }
        return Arrays.copyOf(times, count);
    }
}
