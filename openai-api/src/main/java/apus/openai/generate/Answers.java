package apus.openai.generate;

import apus.runtime.Chunk;
import apus.runtime.Generation;
import apus.runtime.Result;
import apus.runtime.TokenLogprobs;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * The generations of one request, read as one. With several prompts a thread for each carries its
 * chunks here; the way is narrow, so that a client that does not read stops the generations by
 * their own bounds. One reading thread.
 */
final class Answers implements AutoCloseable {
    /** Chunks on the way from several generations. */
    private static final int IN_FLIGHT = 64;

    /**
     * A chunk.
     *
     * @param prompt which prompt it belongs to
     * @param promptLogprobs of that prompt, if asked for
     */
    record Arrival(int prompt, Chunk chunk, List<TokenLogprobs> promptLogprobs) {}

    private sealed interface Event {}

    private record Came(Arrival arrival) implements Event {}

    private record Ended() implements Event {}

    private record Broke(RuntimeException why) implements Event {}

    private final List<Generation> generations;
    private final BlockingQueue<Event> events = new ArrayBlockingQueue<>(IN_FLIGHT);
    private final List<Thread> carriers = new ArrayList<>();
    private int open;

    /**
     * @param generations by prompt; closed with this
     */
    Answers(List<Generation> generations) {
        this.generations = generations;
        this.open = generations.size();
    }

    /** Waits for the next chunk of any; empty at the end of all. */
    Optional<Arrival> next() throws InterruptedException {
        if (generations.size() == 1) {
            Generation only = generations.getFirst();
            return only.next().map(chunk -> new Arrival(0, chunk, only.promptLogprobs()));
        }
        if (carriers.isEmpty()) {
            start();
        }
        while (open > 0) {
            switch (events.take()) {
                case Came(Arrival arrival) -> {
                    return Optional.of(arrival);
                }
                case Ended() -> open--;
                case Broke(RuntimeException why) -> throw why;
            }
        }
        return Optional.empty();
    }

    /** Prompt tokens found in the prefix cache, of those prompts of which a chunk has come. */
    int cachedTokens() {
        return generations.stream().mapToInt(Generation::cachedTokens).sum();
    }

    /** Waits for the end of all; chunks that nobody has taken are dropped. */
    List<Result> results() throws InterruptedException {
        if (generations.size() == 1) {
            return List.of(generations.getFirst().await());
        }
        while (next().isPresent()) {
            // Only the whole is wanted.
        }
        List<Result> results = new ArrayList<>(generations.size());
        for (Generation generation : generations) {
            results.add(generation.await());
        }
        return results;
    }

    private void start() {
        for (int i = 0; i < generations.size(); i++) {
            int prompt = i;
            carriers.add(
                    Thread.ofVirtual()
                            .name("apus-answer-" + prompt)
                            .start(() -> carry(prompt, generations.get(prompt))));
        }
    }

    private void carry(int prompt, Generation generation) {
        try {
            try {
                Optional<Chunk> chunk = generation.next();
                while (chunk.isPresent()) {
                    events.put(
                            new Came(
                                    new Arrival(prompt, chunk.get(), generation.promptLogprobs())));
                    chunk = generation.next();
                }
                events.put(new Ended());
            } catch (RuntimeException e) {
                events.put(new Broke(e));
            }
        } catch (InterruptedException e) {
            generation.cancel(); // the reader has closed
        }
    }

    /** Asks all to end. Any thread. */
    void cancel() {
        generations.forEach(Generation::cancel);
    }

    @Override
    public void close() {
        generations.forEach(Generation::close);
        carriers.forEach(Thread::interrupt);
    }
}
