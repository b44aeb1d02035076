package apus.openai.generate;

import apus.runtime.Chunk;
import apus.runtime.Generation;
import apus.runtime.Result;
import apus.runtime.Timings;
import apus.runtime.TokenLogprobs;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Gives the chunks it was made with. */
final class FakeGeneration implements Generation {
    private final Deque<Chunk> chunks;
    private final Result result;
    private final List<TokenLogprobs> promptLogprobs;
    volatile boolean cancelled;

    FakeGeneration(int promptTokens, List<TokenLogprobs> promptLogprobs, List<Chunk> chunks) {
        this.chunks = new ArrayDeque<>(chunks);
        this.promptLogprobs = promptLogprobs;
        int tokens = chunks.stream().mapToInt(c -> c.tokenIds().length).sum();
        this.result =
                new Result(
                        choices(chunks),
                        promptLogprobs,
                        new Result.Usage(promptTokens, tokens, 0),
                        new Timings(1_000_000, 2_000_000, 4_000_000, 8_000_000));
    }

    private static List<Result.Choice> choices(List<Chunk> chunks) {
        int n = chunks.stream().mapToInt(Chunk::choice).max().orElse(-1) + 1;
        List<Result.Choice> choices = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            int index = i;
            List<Chunk> own = chunks.stream().filter(c -> c.choice() == index).toList();
            StringBuilder text = new StringBuilder();
            List<TokenLogprobs> logprobs = new ArrayList<>();
            own.forEach(c -> {
                text.append(c.text());
                logprobs.addAll(c.logprobs());
            });
            choices.add(
                    new Result.Choice(
                            i,
                            text.toString(),
                            own.stream()
                                    .flatMapToInt(c -> java.util.Arrays.stream(c.tokenIds()))
                                    .toArray(),
                            logprobs,
                            own.getLast().finish().orElseThrow()));
        }
        return choices;
    }

    @Override
    public synchronized Optional<Chunk> next() {
        return Optional.ofNullable(chunks.poll());
    }

    @Override
    public Optional<Chunk> next(Duration timeout) {
        return next();
    }

    @Override
    public List<TokenLogprobs> promptLogprobs() {
        return promptLogprobs;
    }

    @Override
    public synchronized boolean finished() {
        return chunks.isEmpty();
    }

    @Override
    public synchronized Result await() {
        chunks.clear();
        return result;
    }

    @Override
    public Optional<Result> result() {
        return finished() ? Optional.of(result) : Optional.empty();
    }

    @Override
    public Stream<Chunk> stream() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Flow.Publisher<Chunk> publisher() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void forEach(Consumer<Chunk> consumer) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void cancel() {
        cancelled = true;
    }

    @Override
    public int cachedTokens() {
        return 0;
    }

    @Override
    public void close() {
        cancel();
    }
}
