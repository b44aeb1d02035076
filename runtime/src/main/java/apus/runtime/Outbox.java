package apus.runtime;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.Flow;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Where the engine thread leaves chunks and the reader finds them. Bounded: the engine never waits,
 * so a reader too slow for its buffer loses its own request and holds up nobody else's.
 */
final class Outbox implements Generation {
    private final int capacity;
    private final Runnable canceller;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Chunk> chunks = new ArrayDeque<>();
    private boolean wholeOnly;
    private Result result;
    private volatile List<TokenLogprobs> promptLogprobs = List.of();
    private volatile int cachedTokens;

    /**
     * @param capacity chunks kept for the reader
     * @param canceller asks the engine to end the request; any thread
     */
    Outbox(int capacity, Runnable canceller) {
        this.capacity = capacity;
        this.canceller = canceller;
    }

    /**
     * Engine thread: leaves a chunk.
     *
     * @return false if there is no room for it
     */
    boolean offer(Chunk chunk) {
        lock.lock();
        try {
            if (wholeOnly) {
                return true;
            }
            if (chunks.size() >= capacity) {
                return false;
            }
            chunks.add(chunk);
            changed.signal();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Engine thread: the last chunks, which need no room, and the whole answer. */
    void finish(List<Chunk> last, Result whole) {
        lock.lock();
        try {
            promptLogprobs = whole.promptLogprobs();
            if (!wholeOnly) {
                chunks.addAll(last);
            }
            result = whole;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Engine thread: before the first chunk. */
    void promptLogprobs(List<TokenLogprobs> entries) {
        promptLogprobs = List.copyOf(entries);
    }

    /** Engine thread: before the first chunk. */
    void cachedTokens(int tokens) {
        cachedTokens = tokens;
    }

    @Override
    public int cachedTokens() {
        return cachedTokens;
    }

    @Override
    public List<TokenLogprobs> promptLogprobs() {
        return promptLogprobs;
    }

    @Override
    public Optional<Chunk> next() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (chunks.isEmpty() && result == null) {
                changed.await();
            }
            return Optional.ofNullable(chunks.poll());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Optional<Chunk> next(Duration timeout) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = timeout.toNanos();
            while (chunks.isEmpty() && result == null && left > 0) {
                left = changed.awaitNanos(left);
            }
            return Optional.ofNullable(chunks.poll());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean finished() {
        lock.lock();
        try {
            return chunks.isEmpty() && result != null;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Result await() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            // Nobody will read the chunks, so they need not be kept, nor can they be too many.
            wholeOnly = true;
            chunks.clear();
            while (result == null) {
                changed.await();
            }
            return result;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Optional<Result> result() {
        lock.lock();
        try {
            return Optional.ofNullable(result);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Stream<Chunk> stream() {
        Spliterator<Chunk> source =
                new Spliterators.AbstractSpliterator<>(
                        Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL) {
                    @Override
                    public boolean tryAdvance(Consumer<? super Chunk> action) {
                        Optional<Chunk> chunk = uninterrupted();
                        chunk.ifPresent(action);
                        return chunk.isPresent();
                    }
                };
        return StreamSupport.stream(source, false).onClose(this::close);
    }

    private Optional<Chunk> uninterrupted() {
        try {
            return next();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            cancel();
            NoSuchElementException ended =
                    new NoSuchElementException("interrupted while waiting for the next chunk");
            ended.initCause(e);
            throw ended;
        }
    }

    @Override
    public Flow.Publisher<Chunk> publisher() {
        return new ChunkPublisher(this);
    }

    @Override
    public void forEach(Consumer<Chunk> consumer) throws InterruptedException {
        for (Optional<Chunk> chunk = next(); chunk.isPresent(); chunk = next()) {
            consumer.accept(chunk.get());
        }
    }

    @Override
    public void cancel() {
        canceller.run();
    }

    @Override
    public void close() {
        if (result().isEmpty()) {
            cancel();
        }
    }
}
