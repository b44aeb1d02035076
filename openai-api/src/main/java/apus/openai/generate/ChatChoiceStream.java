package apus.openai.generate;

import apus.runtime.TokenLogprobs;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** A streamed choice of a chat answer. */
final class ChatChoiceStream extends ChoiceStream {
    private final List<TokenLogprobs> kept = new ArrayList<>();

    ChatChoiceStream(Job job, int index) {
        super(job, index);
    }

    @Override
    List<ObjectNode> open(List<TokenLogprobs> promptLogprobs) {
        List<ObjectNode> chunks = new ArrayList<>(2);
        ObjectNode first = chunk("");
        choice(first).putObject("delta").put("role", job.role()).put("content", "");
        if (job.tokenIds()) {
            first.set("prompt_token_ids", TokenIds.json(job.prompts().getFirst().ids()));
        }
        chunks.add(first);
        if (!job.prefix().isEmpty()) {
            chunks.add(chunk(job.prefix()));
        }
        return chunks;
    }

    @Override
    String object() {
        return "chat.completion.chunk";
    }

    @Override
    void put(ObjectNode choice, String text) {
        ObjectNode delta = choice.putObject("delta");
        if (!text.isEmpty()) {
            delta.put("content", text);
        }
    }

    @Override
    void keep(List<TokenLogprobs> logprobs) {
        kept.addAll(logprobs);
    }

    @Override
    JsonNode takeLogprobs() {
        if (job.logprobs().isEmpty() || kept.isEmpty()) {
            return NullNode.instance;
        }
        ObjectNode taken = new ChatLogprobs(job.texts(), job.logprobs().getAsInt()).of(kept);
        kept.clear();
        return taken;
    }
}
