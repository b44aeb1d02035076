package apus.openai.conformance;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A request body in the making; greedy unless said otherwise. Immutable. */
final class Body {
    private final Map<String, Object> fields;

    private Body(Map<String, Object> fields) {
        this.fields = fields;
    }

    static Body empty() {
        return new Body(Map.of());
    }

    /** One user message at temperature 0. */
    static Body chat(String message) {
        return messages(message("user", message));
    }

    /** These messages at temperature 0. */
    static Body messages(Object... messages) {
        return empty().with("messages", Arrays.asList(messages)).with("temperature", 0);
    }

    static Map<String, Object> message(String role, Object content) {
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("role", role);
        message.put("content", content);
        return message;
    }

    /** A prompt (text, ids, or a list of either) at temperature 0. */
    static Body completion(Object prompt) {
        return empty().with("prompt", prompt).with("temperature", 0);
    }

    static List<Integer> ids(int... ids) {
        return Arrays.stream(ids).boxed().toList();
    }

    /** The same with a field added or replaced; the value may be null. */
    Body with(String field, Object value) {
        Map<String, Object> more = new LinkedHashMap<>(fields);
        more.put(field, value);
        return new Body(more);
    }

    Body without(String field) {
        Map<String, Object> fewer = new LinkedHashMap<>(fields);
        fewer.remove(field);
        return new Body(fewer);
    }

    /** As JSON. */
    @Override
    public String toString() {
        return new JsonMapper().valueToTree(fields).toString();
    }
}
