package apus.openai.generate;

import apus.format.token.Tokenizer;
import apus.runtime.TokenLogprobs;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The four arrays of a completion choice, in one piece or in several: text_offset goes on from
 * piece to piece.
 */
final class CompletionLogprobs {
    private final TokenTexts texts;
    private final int alternatives;
    private CodePointCount place = new CodePointCount(0);
    private ObjectNode piece = empty();

    /**
     * @param alternatives most likely tokens to list beside each
     */
    CompletionLogprobs(TokenTexts texts, int alternatives) {
        this.texts = texts;
        this.alternatives = alternatives;
    }

    /**
     * The tokens of an echoed prompt.
     *
     * @param logprobs from the second token on
     */
    void prompt(Prompt prompt, List<TokenLogprobs> logprobs) {
        PromptPieces pieces = new PromptPieces(texts.tokenizer(), prompt);
        for (int i = 0; i < prompt.ids().length; i++) {
            int id = prompt.ids()[i];
            byte[] bytes = pieces.bytes(i);
            if (i == 0) {
                add(shown(id, bytes), NullNode.instance, NullNode.instance);
            } else {
                TokenLogprobs entry = logprobs.get(i - 1);
                String shown = shown(id, bytes);
                add(shown, LogprobNumber.of(entry.logprob()), top(entry, shown));
            }
            place.add(bytes);
        }
        // Whatever the tokens came to, what follows stands behind the whole text.
        place =
                new CodePointCount(
                        Character.codePointCount(prompt.text(), 0, prompt.text().length()));
    }

    /** Generated tokens. */
    void add(List<TokenLogprobs> entries) {
        for (TokenLogprobs entry : entries) {
            byte[] bytes = texts.tokenizer().bytes(entry.id());
            String shown = shown(entry.id(), bytes);
            add(shown, LogprobNumber.of(entry.logprob()), top(entry, shown));
            place.add(bytes);
        }
    }

    /** What was added since the last call. */
    ObjectNode take() {
        ObjectNode taken = piece;
        piece = empty();
        return taken;
    }

    boolean isEmpty() {
        return piece.get("tokens").isEmpty();
    }

    private String shown(int id, byte[] bytes) {
        return texts.asIds() ? texts.number(id) : TokenTexts.exact(bytes);
    }

    private void add(String token, JsonNode logprob, JsonNode top) {
        piece.withArray("tokens").add(token);
        piece.withArray("token_logprobs").add(logprob);
        piece.withArray("top_logprobs").add(top);
        piece.withArray("text_offset").add(place.count());
    }

    /**
     * The best alternatives and the token itself. The best come first, so that of two ids with one
     * text the likelier stays.
     */
    private ObjectNode top(TokenLogprobs entry, String shown) {
        Map<String, Float> best = new LinkedHashMap<>();
        int listed = Math.min(alternatives, entry.topIds().length);
        boolean present = false;
        for (int i = 0; i < listed; i++) {
            boolean itself = entry.topIds()[i] == entry.id();
            present |= itself;
            best.putIfAbsent(
                    itself ? shown : texts.exact(entry.topIds()[i]), entry.topLogprobs()[i]);
        }
        if (!present) {
            best.putIfAbsent(shown, entry.logprob());
        }
        ObjectNode map = JsonNodeFactory.instance.objectNode();
        best.forEach((text, logprob) -> map.set(text, LogprobNumber.of(logprob)));
        return map;
    }

    private static ObjectNode empty() {
        ObjectNode arrays = JsonNodeFactory.instance.objectNode();
        for (String name : List.of("tokens", "token_logprobs", "top_logprobs", "text_offset")) {
            ArrayNode ignored = arrays.putArray(name);
        }
        return arrays;
    }

    /** The bytes that tokens of a prompt have within its text. */
    private static final class PromptPieces {
        private final Tokenizer tokenizer;
        private final Prompt prompt;
        private final int first;

        PromptPieces(Tokenizer tokenizer, Prompt prompt) {
            this.tokenizer = tokenizer;
            this.prompt = prompt;
            int i = prompt.addedBefore();
            while (i < prompt.ids().length && hidden(i)) {
                i++;
            }
            this.first = i;
        }

        private boolean hidden(int i) {
            return i < prompt.addedBefore()
                    || i >= prompt.ids().length - prompt.addedBehind()
                    || (!prompt.special() && tokenizer.isSpecial(prompt.ids()[i]));
        }

        byte[] bytes(int i) {
            if (hidden(i)) {
                return new byte[0];
            }
            byte[] bytes = tokenizer.bytes(prompt.ids()[i]);
            // Some tokenizers put a space before a text that the text does not have.
            boolean extra =
                    i == first
                            && bytes.length > 0
                            && bytes[0] == ' '
                            && !prompt.text().startsWith(" ");
            return extra ? java.util.Arrays.copyOfRange(bytes, 1, bytes.length) : bytes;
        }
    }
}
