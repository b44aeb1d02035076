package apus.openai.http;

import apus.openai.ApiException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The fields of a small request body, with errors as the API words them. Remembers which names were
 * asked for, so that the rest can be reported. A field that is null counts as absent.
 */
final class Fields {
    private final ObjectNode body;
    private final Set<String> known = new HashSet<>();

    Fields(ObjectNode body) {
        this.body = body;
    }

    Optional<JsonNode> find(String name) {
        known.add(name);
        JsonNode node = body.get(name);
        return node == null || node.isNull() ? Optional.empty() : Optional.of(node);
    }

    Optional<String> text(String name) {
        Optional<JsonNode> node = find(name);
        node.filter(n -> !n.isTextual())
                .ifPresent(n -> {
                    throw wrongType(name, "a string", n);
                });
        return node.map(JsonNode::textValue);
    }

    /** The value under either of two names; the first one wins. */
    boolean flag(String name, String alias, boolean otherwise) {
        boolean second = flag(alias, otherwise);
        return flag(name, second);
    }

    boolean flag(String name, boolean otherwise) {
        Optional<JsonNode> node = find(name);
        if (node.isPresent() && !node.get().isBoolean()) {
            throw wrongType(name, "true or false", node.get());
        }
        return node.map(JsonNode::booleanValue).orElse(otherwise);
    }

    /**
     * A list of whole numbers.
     *
     * @param below each must be at least 0 and below this
     */
    int[] ids(String name, int below) {
        JsonNode node = find(name).orElseThrow(() -> missing(name));
        if (!(node instanceof ArrayNode array)) {
            throw wrongType(name, "a list of token ids", node);
        }
        int[] ids = new int[array.size()];
        for (int i = 0; i < ids.length; i++) {
            JsonNode each = array.get(i);
            String path = name + "[" + i + "]";
            if (!each.isNumber() || each.doubleValue() % 1 != 0) { // 5.0 is an integer in JSON
                throw wrongType(path, "a token id", each);
            }
            if (!each.canConvertToInt() || each.intValue() < 0 || each.intValue() >= below) {
                throw ApiException.badRequest(
                        "invalid_value",
                        path,
                        "'%s' must be a token id from 0 to %d, got %s."
                                .formatted(path, below - 1, Text.shortened(each.asText())));
            }
            ids[i] = each.intValue();
        }
        return ids;
    }

    /** Takes names as known that somebody else has read. */
    void know(Predicate<String> names) {
        body.fieldNames()
                .forEachRemaining(name -> {
                    if (names.test(name)) {
                        known.add(name);
                    }
                });
    }

    static ApiException missing(String name) {
        return ApiException.badRequest(
                "missing_required_parameter", name, "'%s' is required.".formatted(name));
    }

    static ApiException wrongType(String name, String wanted, JsonNode got) {
        return ApiException.badRequest(
                "invalid_type",
                name,
                "'%s' must be %s, got %s.".formatted(name, wanted, Text.shortened(got.toString())));
    }

    /** Names in the body that nobody asked for. */
    List<String> unknown() {
        List<String> names = new ArrayList<>();
        body.fieldNames()
                .forEachRemaining(name -> {
                    if (!known.contains(name)) {
                        names.add(name);
                    }
                });
        return names;
    }
}
