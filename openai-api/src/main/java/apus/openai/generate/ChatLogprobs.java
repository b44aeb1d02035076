package apus.openai.generate;

import apus.runtime.TokenLogprobs;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * The logprobs object of a chat choice.
 *
 * @param alternatives most likely tokens to list beside each
 */
record ChatLogprobs(TokenTexts texts, int alternatives) {
    ObjectNode of(List<TokenLogprobs> entries) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        ArrayNode content = object.putArray("content");
        for (TokenLogprobs entry : entries) {
            ObjectNode shown = token(entry.id(), entry.logprob());
            ArrayNode top = shown.putArray("top_logprobs");
            int listed = Math.min(alternatives, entry.topIds().length);
            for (int i = 0; i < listed; i++) {
                top.add(token(entry.topIds()[i], entry.topLogprobs()[i]));
            }
            content.add(shown);
        }
        object.putNull("refusal");
        return object;
    }

    private ObjectNode token(int id, float logprob) {
        ObjectNode token = JsonNodeFactory.instance.objectNode();
        token.put("token", texts.lossy(id));
        token.set("logprob", LogprobNumber.of(logprob));
        ArrayNode bytes = token.putArray("bytes");
        for (byte b : texts.tokenizer().bytes(id)) {
            bytes.add(b & 0xFF);
        }
        return token;
    }
}
