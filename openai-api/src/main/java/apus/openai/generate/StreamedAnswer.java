package apus.openai.generate;

import apus.openai.ApiException;
import apus.runtime.Chunk;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Writes an answer as chunks, in the order in which the engine gives them. Everything before {@code
 * [DONE]} comes from here.
 */
final class StreamedAnswer {
    private final Job job;
    private final Consumer<JsonNode> events;
    private final ChoiceStream[] choices;
    private final int promptTokens;
    private int unfinished;
    private int cachedTokens;
    private int tokens;

    /**
     * @param events takes each chunk, and throws if nobody listens any more
     */
    StreamedAnswer(Job job, Consumer<JsonNode> events) {
        this.job = job;
        this.events = events;
        this.choices = new ChoiceStream[job.choices()];
        this.promptTokens = job.promptTokens();
        this.unfinished = choices.length;
    }

    /**
     * Sends all chunks.
     *
     * @throws ApiException if a choice does not come to its end: to be sent as the last event
     */
    void send(Answers answers) throws InterruptedException {
        Optional<Totals> totals = Optional.empty();
        while (unfinished > 0) {
            Optional<Answers.Arrival> arrival = answers.next();
            if (arrival.isEmpty()) {
                throw new IllegalStateException(unfinished + " choices without an end");
            }
            if (job.usage().everyChunk()) {
                cachedTokens = answers.cachedTokens();
            }
            Chunk chunk = arrival.get().chunk();
            ChoiceStream choice = choice(arrival.get());
            tokens += chunk.tokenIds().length;
            choice.take(chunk).forEach(this::emit);
            if (chunk.finish().isPresent()) {
                List<ObjectNode> ending = choice.finish(chunk.finish().get());
                unfinished--;
                if (unfinished == 0) {
                    totals = Optional.of(Totals.of(answers.results()));
                    if (job.timings()) {
                        ending.getLast().set("timings", totals.get().timings());
                    }
                }
                ending.forEach(this::emit);
            }
        }
        if (job.usage().includeUsage()) {
            events.accept(usageChunk(totals.orElseThrow()));
        }
    }

    private ChoiceStream choice(Answers.Arrival arrival) {
        int index = arrival.prompt() * job.n() + arrival.chunk().choice();
        if (choices[index] == null) {
            choices[index] =
                    switch (job.endpoint()) {
                        case CHAT -> new ChatChoiceStream(job, index);
                        case COMPLETION -> new CompletionChoiceStream(job, index);
                    };
            choices[index].open(arrival.promptLogprobs()).forEach(this::emit);
        }
        return choices[index];
    }

    private void emit(ObjectNode chunk) {
        if (job.usage().everyChunk()) {
            chunk.set(
                    "usage", Totals.usage(promptTokens, tokens, cachedTokens, job.promptDetails()));
        } else if (job.usage().includeUsage()) {
            chunk.putNull("usage");
        }
        events.accept(chunk);
    }

    private ObjectNode usageChunk(Totals totals) {
        String object =
                switch (job.endpoint()) {
                    case CHAT -> "chat.completion.chunk";
                    case COMPLETION -> "text_completion";
                };
        ObjectNode chunk = job.envelope().begin(object);
        chunk.putArray("choices");
        chunk.set("usage", totals.usage(job.promptDetails()));
        if (job.timings()) {
            chunk.set("timings", totals.timings());
        }
        return chunk;
    }
}
