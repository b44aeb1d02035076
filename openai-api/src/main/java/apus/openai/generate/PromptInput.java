package apus.openai.generate;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** One prompt of a completion request, as sent. */
sealed interface PromptInput {
    /** Text, in which special tokens may be written out. */
    record Text(String text) implements PromptInput {}

    /** Token ids, taken as they are; not copied. */
    record Ids(int[] ids) implements PromptInput {}

    Kind<List<PromptInput>> KIND =
            new Kind<>(
                    "string, list of strings, list of token ids, or list of such lists",
                    "not empty; at most MAX_PROMPTS (1024) prompts; ids below the vocabulary size",
                    PromptInput::read);

    private static List<PromptInput> read(Value value) {
        JsonNode node = value.node();
        if (node.isTextual()) {
            return List.of(new Text(node.textValue()));
        }
        String wanted = "a string, a list of strings, a list of token ids or a list of such lists";
        if (!node.isArray()) {
            throw value.wrongType(wanted);
        }
        if (node.isEmpty()) {
            throw value.error("invalid_value", "must not be empty.");
        }
        JsonNode first = node.get(0);
        if (first.isNumber()) {
            return List.of(new Ids(ids(value)));
        }
        if (!first.isTextual() && !first.isArray()) {
            throw value.at(0).wrongType("a string, a token id or a list of token ids");
        }
        int most = value.limits().settings().maxPrompts();
        if (node.size() > most) {
            throw value.error(
                    "array_above_max_length",
                    "must hold at most " + most + " prompts, got " + node.size() + ".");
        }
        return Kind.elements(
                value,
                wanted,
                first.isTextual() ? p -> new Text(p.string()) : p -> new Ids(ids(p)));
    }

    private static int[] ids(Value value) {
        if (!value.node().isArray()) {
            throw value.wrongType("a list of token ids");
        }
        int[] ids = new int[value.node().size()];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = value.at(i).tokenId();
        }
        return ids;
    }
}
