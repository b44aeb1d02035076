package apus.openai.generate;

import apus.openai.ApiException;
import apus.runtime.Result;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** Writes an answer in one object. */
final class WholeAnswer {
    private final Job job;

    WholeAnswer(Job job) {
        this.job = job;
    }

    /**
     * The response body.
     *
     * @param results by prompt
     * @throws ApiException if a choice did not come to its end
     */
    ObjectNode of(List<Result> results) {
        return switch (job.endpoint()) {
            case CHAT -> chat(results.getFirst());
            case COMPLETION -> completion(results);
        };
    }

    private ObjectNode chat(Result result) {
        ObjectNode answer = job.envelope().begin("chat.completion");
        ArrayNode choices = answer.putArray("choices");
        for (Result.Choice choice : result.choices()) {
            ObjectNode node = choices.addObject();
            node.put("index", choice.index());
            ObjectNode message = node.putObject("message");
            message.put("role", job.role());
            message.put("content", job.prefix() + choice.text());
            message.putNull("refusal");
            if (job.logprobs().isPresent()) {
                node.set(
                        "logprobs",
                        new ChatLogprobs(job.texts(), job.logprobs().getAsInt())
                                .of(choice.logprobs()));
            } else {
                node.putNull("logprobs");
            }
            end(node, choice);
        }
        if (job.promptLogprobs().isPresent()) {
            answer.set("prompt_logprobs", promptLogprobs(result));
        }
        if (job.tokenIds()) {
            answer.set("prompt_token_ids", TokenIds.json(job.prompts().getFirst().ids()));
        }
        totals(answer, List.of(result));
        return answer;
    }

    private ObjectNode completion(List<Result> results) {
        ObjectNode answer = job.envelope().begin("text_completion");
        ArrayNode choices = answer.putArray("choices");
        for (int i = 0; i < results.size(); i++) {
            for (Result.Choice choice : results.get(i).choices()) {
                choices.add(choice(job.prompts().get(i), results.get(i), choice, i * job.n()));
            }
        }
        totals(answer, results);
        return answer;
    }

    private ObjectNode choice(Prompt prompt, Result result, Result.Choice choice, int firstIndex) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("index", firstIndex + choice.index());
        node.put("text", (job.echo() ? prompt.text() : "") + choice.text() + job.suffix());
        if (job.logprobs().isPresent()) {
            CompletionLogprobs logprobs =
                    new CompletionLogprobs(job.texts(), job.logprobs().getAsInt());
            if (job.echo()) {
                logprobs.prompt(prompt, result.promptLogprobs());
            }
            logprobs.add(choice.logprobs());
            node.set("logprobs", logprobs.take());
        } else {
            node.putNull("logprobs");
        }
        end(node, choice);
        if (job.promptLogprobs().isPresent()) {
            node.set("prompt_logprobs", promptLogprobs(result));
        }
        if (job.tokenIds()) {
            node.set("prompt_token_ids", TokenIds.json(prompt.ids()));
        }
        return node;
    }

    private void end(ObjectNode node, Result.Choice choice) {
        node.put("finish_reason", Finishes.reason(choice.finish()));
        node.set("stop_reason", Finishes.stopReason(choice.finish()));
        if (job.tokenIds()) {
            node.set("token_ids", TokenIds.json(choice.tokenIds()));
        }
    }

    private ArrayNode promptLogprobs(Result result) {
        return new PromptLogprobs(job.texts(), job.promptLogprobs().getAsInt())
                .of(result.promptLogprobs());
    }

    private void totals(ObjectNode answer, List<Result> results) {
        Totals totals = Totals.of(results);
        answer.set("usage", totals.usage(job.promptDetails()));
        if (job.timings()) {
            answer.set("timings", totals.timings());
        }
    }
}
