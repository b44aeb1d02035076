package apus.runtime;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A request under way. One primitive, {@link #next}, and thin adapters over it: use one of them,
 * from one thread at a time. {@link #cancel} may come from any thread. Closing an unfinished
 * generation cancels it.
 */
public interface Generation extends AutoCloseable {
    /**
     * Waits for the next chunk (a virtual thread parks cheaply). Empty after the last choice's last
     * chunk.
     *
     * @throws InterruptedException if the waiting thread is interrupted; the generation goes on
     */
    Optional<Chunk> next() throws InterruptedException;

    /**
     * Like {@link #next()}, but gives up after a while.
     *
     * @return a chunk; or empty, and then {@link #finished} tells whether that was the end or the
     *     time
     */
    Optional<Chunk> next(Duration timeout) throws InterruptedException;

    /**
     * Log-probabilities of the prompt's tokens from the second on, if they were asked for and a
     * chunk or the end has been seen; empty otherwise.
     */
    List<TokenLogprobs> promptLogprobs();

    /**
     * Prompt tokens that were found in the prefix cache, once a chunk or the end has been seen; 0
     * before.
     */
    int cachedTokens();

    /** Whether the last chunk has been taken. */
    boolean finished();

    /** Waits for the whole answer, whatever part of it has been taken already. */
    Result await() throws InterruptedException;

    /** The whole answer of a finished generation; empty before. */
    Optional<Result> result();

    /** The chunks not yet taken; closing the stream closes the generation. */
    Stream<Chunk> stream();

    /** The chunks not yet taken, for one subscriber. */
    Flow.Publisher<Chunk> publisher();

    /** Hands every chunk to {@code consumer} on the calling thread. */
    void forEach(Consumer<Chunk> consumer) throws InterruptedException;

    /**
     * Asks for an end; the last chunks then say {@link Finish.Cancelled}. Idempotent, any thread,
     * returns at once.
     */
    void cancel();

    /** Cancels if unfinished. */
    @Override
    void close();
}
