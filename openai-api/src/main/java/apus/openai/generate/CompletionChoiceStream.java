package apus.openai.generate;

import apus.runtime.TokenLogprobs;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** A streamed choice of a completion. */
final class CompletionChoiceStream extends ChoiceStream {
    private final Prompt prompt;
    private final CompletionLogprobs logprobs;
    private boolean promptIdsGiven;

    CompletionChoiceStream(Job job, int index) {
        super(job, index);
        this.prompt = job.prompts().get(index / job.n());
        this.logprobs = new CompletionLogprobs(job.texts(), job.logprobs().orElse(0));
    }

    @Override
    List<ObjectNode> open(List<TokenLogprobs> promptLogprobs) {
        boolean shown = job.logprobs().isPresent();
        if (!job.echo() || (prompt.text().isEmpty() && !shown)) {
            return List.of();
        }
        ObjectNode echo = chunk(prompt.text());
        if (shown) {
            logprobs.prompt(prompt, promptLogprobs);
            choice(echo).set("logprobs", takeLogprobs());
        }
        return List.of(echo);
    }

    @Override
    String object() {
        return "text_completion";
    }

    @Override
    void put(ObjectNode choice, String text) {
        choice.put("text", text);
        if (job.tokenIds() && !promptIdsGiven) {
            promptIdsGiven = true;
            choice.set("prompt_token_ids", TokenIds.json(prompt.ids()));
        }
    }

    @Override
    void keep(List<TokenLogprobs> entries) {
        logprobs.add(entries);
    }

    @Override
    JsonNode takeLogprobs() {
        return job.logprobs().isEmpty() || logprobs.isEmpty() ? NullNode.instance : logprobs.take();
    }
}
