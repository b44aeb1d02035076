package apus.openai.generate;

import apus.runtime.TokenLogprobs;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * The extension {@code prompt_logprobs}: for each token of the prompt the likeliest tokens at its
 * place and itself, by id.
 *
 * @param alternatives most likely tokens to list
 */
record PromptLogprobs(TokenTexts texts, int alternatives) {
    /**
     * @param entries from the second token on; nothing is known of the first
     */
    ArrayNode of(List<TokenLogprobs> entries) {
        ArrayNode places = JsonNodeFactory.instance.arrayNode();
        places.addNull();
        for (TokenLogprobs entry : entries) {
            ObjectNode tokens = places.addObject();
            int listed = Math.min(alternatives, entry.topIds().length);
            for (int i = 0; i < listed; i++) {
                put(tokens, entry.topIds()[i], entry.topLogprobs()[i], i + 1);
            }
            put(tokens, entry.id(), entry.logprob(), entry.rank());
        }
        return places;
    }

    private void put(ObjectNode tokens, int id, float logprob, int rank) {
        ObjectNode token = tokens.putObject(Integer.toString(id));
        token.set("logprob", LogprobNumber.of(logprob));
        token.put("rank", rank);
        token.put("decoded_token", texts.lossy(id));
    }
}
