package apus.format;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A JSON object of a model directory with typed, bounded reads: every error names the file and the
 * key, what was found and what was wanted. A key that is absent and one that is null are the same.
 */
public final class JsonObject {
    private final String where;
    private final ObjectNode json;

    public JsonObject(String where, ObjectNode json) {
        this.where = where;
        this.json = json;
    }

    /**
     * Reads a file that must hold one JSON object; errors about its keys name the file without its
     * folder.
     *
     * @param maxBytes a larger file is refused unread
     * @throws ModelFormatException if it is missing, too large, or not such an object
     */
    public static JsonObject read(Path file, long maxBytes) {
        return new JsonObject(file.getFileName().toString(), Json.readObject(file, maxBytes));
    }

    public boolean has(String key) {
        return json.hasNonNull(key);
    }

    /** Whether the key is there and null, for the few cases where that differs from absent. */
    public boolean isNull(String key) {
        return json.path(key).isNull();
    }

    /** An integer that must be there. */
    public int integer(String key, int min, int max) {
        return integer(key, require(key), min, max);
    }

    public int integer(String key, int min, int max, int absent) {
        return has(key) ? integer(key, json.get(key), min, max) : absent;
    }

    /** A finite number that must be there. */
    public double number(String key) {
        return number(key, require(key));
    }

    public double number(String key, double absent) {
        return has(key) ? number(key, json.get(key)) : absent;
    }

    /** A number within bounds, both included. */
    public double number(String key, double min, double max, double absent) {
        double value = number(key, absent);
        if (has(key) && !(value >= min && value <= max)) {
            throw wrong(key, "between " + min + " and " + max, json.get(key));
        }
        return value;
    }

    public boolean flag(String key, boolean absent) {
        if (!has(key)) {
            return absent;
        }
        JsonNode node = json.get(key);
        if (!node.isBoolean()) {
            throw wrong(key, "true or false", node);
        }
        return node.booleanValue();
    }

    public Optional<String> text(String key) {
        if (!has(key)) {
            return Optional.empty();
        }
        JsonNode node = json.get(key);
        if (!node.isTextual()) {
            throw wrong(key, "a string", node);
        }
        return Optional.of(node.textValue());
    }

    /** A string that must be there. */
    public String requireText(String key) {
        require(key);
        return text(key).orElseThrow();
    }

    /** A list of strings; empty if absent. */
    public List<String> texts(String key) {
        List<String> texts = new ArrayList<>();
        for (JsonNode node : array(key)) {
            if (!node.isTextual()) {
                throw wrong(key, "a list of strings", node);
            }
            texts.add(node.textValue());
        }
        return texts;
    }

    /** A list of finite numbers; empty if absent. */
    public List<Double> numbers(String key) {
        List<Double> numbers = new ArrayList<>();
        for (JsonNode node : array(key)) {
            numbers.add(number(key, node));
        }
        return numbers;
    }

    /** An integer or a list of them; empty if absent. */
    public List<Integer> integers(String key, int min, int max) {
        if (!has(key)) {
            return List.of();
        }
        if (!json.get(key).isArray()) {
            return List.of(integer(key, min, max));
        }
        List<Integer> values = new ArrayList<>();
        for (JsonNode node : array(key)) {
            values.add(integer(key, node, min, max));
        }
        return values;
    }

    public Optional<JsonObject> object(String key) {
        if (!has(key)) {
            return Optional.empty();
        }
        if (json.get(key) instanceof ObjectNode object) {
            return Optional.of(new JsonObject(where + ": " + key, object));
        }
        throw wrong(key, "an object", json.get(key));
    }

    /** An object that must be there. */
    public JsonObject requireObject(String key) {
        require(key);
        return object(key).orElseThrow();
    }

    /** A list of objects; empty if absent. */
    public List<JsonObject> objects(String key) {
        List<JsonObject> objects = new ArrayList<>();
        for (JsonNode node : array(key)) {
            if (!(node instanceof ObjectNode object)) {
                throw wrong(key + "[" + objects.size() + "]", "an object", node);
            }
            objects.add(new JsonObject(where + ": " + key + "[" + objects.size() + "]", object));
        }
        return objects;
    }

    /** A list that must be there, of objects. */
    public List<JsonObject> requireObjects(String key) {
        require(key);
        return objects(key);
    }

    /** What a key holds, for forms that no other method reads; a missing node if absent. */
    public JsonNode node(String key) {
        return json.path(key);
    }

    /** All entries, in the file's order. */
    public Iterable<Map.Entry<String, JsonNode>> entries() {
        return json.properties();
    }

    /** An error about one key of this object. */
    public ModelFormatException error(String key, String problem) {
        return new ModelFormatException(where + ": '" + key + "' " + problem);
    }

    /** The file, and the object within it. */
    public String where() {
        return where;
    }

    private JsonNode require(String key) {
        if (!has(key)) {
            throw error(key, "is missing");
        }
        return json.get(key);
    }

    private Iterable<JsonNode> array(String key) {
        if (!has(key)) {
            return List.of();
        }
        JsonNode node = json.get(key);
        if (!node.isArray()) {
            throw wrong(key, "a list", node);
        }
        return node;
    }

    private int integer(String key, JsonNode node, int min, int max) {
        // 1e5 and 4.0 are integers too: some writers print them so.
        if (!node.isNumber() || node.doubleValue() != Math.rint(node.doubleValue())) {
            throw wrong(key, "an integer", node);
        }
        double value = node.doubleValue();
        if (!(value >= min && value <= max)) {
            throw wrong(key, "between " + min + " and " + max, node);
        }
        return (int) value;
    }

    private double number(String key, JsonNode node) {
        if (!node.isNumber() || !Double.isFinite(node.doubleValue())) {
            throw wrong(key, "a finite number", node);
        }
        return node.doubleValue();
    }

    /** An error about one key that holds the wrong thing. */
    public ModelFormatException wrong(String key, String wanted, JsonNode found) {
        return error(key, "must be " + wanted + ", found " + Json.shorten(found.toString()));
    }
}
