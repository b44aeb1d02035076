package apus.openai.generate;

import apus.openai.ApiException;
import apus.runtime.Chunk;
import apus.runtime.Finish;
import apus.runtime.TokenLogprobs;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/**
 * One choice of a stream. Log-probabilities and ids of tokens that have no text yet wait for the
 * next chunk, so that nothing is lost and no chunk is empty.
 */
abstract sealed class ChoiceStream permits ChatChoiceStream, CompletionChoiceStream {
    final Job job;
    final int index;
    private ArrayNode tokenIds = JsonNodeFactory.instance.arrayNode();

    ChoiceStream(Job job, int index) {
        this.job = job;
        this.index = index;
    }

    /** Chunks before the first token's. */
    abstract List<ObjectNode> open(List<TokenLogprobs> promptLogprobs);

    /** Type of the chunks. */
    abstract String object();

    /** Puts text, perhaps none, into the choice of a chunk. */
    abstract void put(ObjectNode choice, String text);

    /** Keeps log-probabilities for the next chunk. */
    abstract void keep(List<TokenLogprobs> logprobs);

    /** What was kept; JSON null if nothing was. */
    abstract JsonNode takeLogprobs();

    /** What one chunk of the engine becomes, without the last chunk of the choice. */
    final List<ObjectNode> take(Chunk chunk) {
        for (int id : chunk.tokenIds()) {
            tokenIds.add(id);
        }
        keep(chunk.logprobs());
        List<ObjectNode> chunks = new ArrayList<>(2);
        if (!chunk.text().isEmpty()) {
            chunks.add(withTokens(chunk.text()));
        }
        return chunks;
    }

    /**
     * The last chunks: text that every answer ends with, and the reason.
     *
     * @throws ApiException if the choice did not come to its end
     */
    final List<ObjectNode> finish(Finish finish) {
        String reason = Finishes.reason(finish);
        List<ObjectNode> chunks = new ArrayList<>(2);
        if (!job.suffix().isEmpty()) {
            chunks.add(chunk(job.suffix()));
        }
        ObjectNode last = withTokens("");
        choice(last).put("finish_reason", reason).set("stop_reason", Finishes.stopReason(finish));
        chunks.add(last);
        return chunks;
    }

    private ObjectNode withTokens(String text) {
        ObjectNode chunk = chunk(text);
        choice(chunk).set("logprobs", takeLogprobs());
        if (job.tokenIds()) {
            choice(chunk).set("token_ids", tokenIds);
        }
        tokenIds = JsonNodeFactory.instance.arrayNode();
        return chunk;
    }

    /** A chunk that no token stands behind. */
    final ObjectNode chunk(String text) {
        ObjectNode chunk = job.envelope().begin(object());
        ObjectNode choice = chunk.putArray("choices").addObject();
        choice.put("index", index);
        put(choice, text);
        choice.set("logprobs", NullNode.instance);
        choice.putNull("finish_reason");
        choice.putNull("stop_reason");
        return chunk;
    }

    static ObjectNode choice(ObjectNode chunk) {
        return (ObjectNode) chunk.get("choices").get(0);
    }
}
