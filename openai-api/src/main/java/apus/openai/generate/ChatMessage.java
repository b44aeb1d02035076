package apus.openai.generate;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A message of a chat request, checked.
 *
 * @param role as sent
 * @param content what it says
 * @param others its other fields as plain values, for templates that know them
 */
record ChatMessage(String role, Content content, Map<String, Object> others) {
    /** The three forms of a message's content. */
    sealed interface Content {
        /** All of it; empty if there is none. */
        String joined();
    }

    /** A string. */
    record Text(String text) implements Content {
        @Override
        public String joined() {
            return text;
        }
    }

    /** A list of texts. */
    record Parts(List<String> texts) implements Content {
        @Override
        public String joined() {
            return String.join("", texts);
        }
    }

    /** Nothing: an assistant's message that only calls tools. */
    record Absent() implements Content {
        @Override
        public String joined() {
            return "";
        }
    }

    private static final Set<String> ROLES =
            Set.of("system", "developer", "user", "assistant", "tool", "function");

    /** Fields that may stand in for an assistant's content. */
    private static final List<String> INSTEAD_OF_CONTENT =
            List.of("tool_calls", "function_call", "refusal", "reasoning", "reasoning_content");

    static final Kind<List<ChatMessage>> KIND =
            new Kind<>("string or list of messages", "not empty; text only", ChatMessage::readAll);

    private static List<ChatMessage> readAll(Value value) {
        if (value.node().isTextual()) {
            return List.of(new ChatMessage("user", new Text(value.string()), Map.of()));
        }
        if (!value.node().isArray()) {
            throw value.wrongType("a string or a list of messages");
        }
        if (value.node().isEmpty()) {
            throw value.error("invalid_value", "must not be empty.");
        }
        return Kind.elements(value, "list of messages", ChatMessage::read);
    }

    private static ChatMessage read(Value value) {
        if (!value.node().isObject()) {
            throw value.wrongType("an object");
        }
        String role = readRole(value.at("role"), value.limits());
        Value content = value.at("content");
        Content said;
        if (!content.absent()) {
            said = readContent(content);
        } else if (role.equals("assistant")
                && INSTEAD_OF_CONTENT.stream().anyMatch(f -> !value.at(f).absent())) {
            said = new Absent();
        } else {
            throw content.error(
                    content.node().isNull() ? "invalid_type" : "missing_required_parameter",
                    "must be a string or a list of parts"
                            + (role.equals("assistant")
                                    ? "; only a message with 'tool_calls' may have none."
                                    : "; a message of role '" + Quote.text(role) + "' needs it."));
        }
        return new ChatMessage(role, said, readOthers(value));
    }

    private static String readRole(Value value, Limits limits) {
        if (value.node().isMissingNode()) {
            throw value.error("missing_required_parameter", "is missing.");
        }
        String role = value.string();
        if (!ROLES.contains(role)
                && !role.equals(limits.settings().responseRole())
                && (role.isEmpty() || !limits.mentionsRole().test(role))) {
            throw value.badValue("system, developer, user, assistant, tool or function");
        }
        return role;
    }

    private static Content readContent(Value value) {
        if (value.node().isTextual()) {
            return new Text(value.string());
        }
        if (!value.node().isArray()) {
            throw value.wrongType("a string or a list of parts");
        }
        return new Parts(Kind.elements(value, "list of parts", ChatMessage::readPart));
    }

    private static String readPart(Value part) {
        if (part.node().isTextual()) {
            return part.string();
        }
        if (!part.node().isObject()) {
            throw part.wrongType("an object with 'type' and 'text'");
        }
        Value type = part.at("type");
        if (type.node().isMissingNode()) {
            throw type.error("missing_required_parameter", "is missing.");
        }
        return switch (type.string()) {
            case "text", "input_text", "output_text" -> part.at("text").string();
            case "refusal" -> part.at("refusal").string();
            default ->
                    throw type.error(
                            "invalid_value",
                            "must be \"text\", as this model reads text only, got "
                                    + Quote.of(type.node())
                                    + ".");
        };
    }

    private static Map<String, Object> readOthers(Value message) {
        Map<String, Object> others = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> field : message.node().properties()) {
            String name = field.getKey();
            if (name.equals("role") || name.equals("content") || field.getValue().isNull()) {
                continue;
            }
            Value value =
                    new Value(field.getValue(), message.path() + "." + name, message.limits());
            others.put(
                    name,
                    switch (name) {
                        case "name", "tool_call_id", "refusal", "reasoning", "reasoning_content" ->
                                value.string();
                        case "tool_calls" -> readCalls(value);
                        case "function_call" -> readFunction(value);
                        default -> PlainJson.of(field.getValue());
                    });
        }
        // Templates look for the one name or the other.
        Object reasoning = others.getOrDefault("reasoning_content", others.get("reasoning"));
        if (reasoning != null) {
            others.put("reasoning_content", reasoning);
            others.put("reasoning", reasoning);
        }
        return others;
    }

    private static List<Object> readCalls(Value calls) {
        return new ArrayList<>(
                Kind.elements(
                        calls,
                        "list of tool calls",
                        call -> {
                            if (!call.node().isObject()) {
                                throw call.wrongType("an object");
                            }
                            Map<String, Object> plain = PlainJson.map(call.node());
                            plain.put("function", readFunction(call.at("function")));
                            return plain;
                        }));
    }

    private static Map<String, Object> readFunction(Value function) {
        if (!function.node().isObject()) {
            throw function.wrongType("an object with 'name' and 'arguments'");
        }
        Map<String, Object> plain = PlainJson.map(function.node());
        plain.put("name", function.at("name").string());
        plain.put("arguments", readArguments(function.at("arguments")));
        return plain;
    }

    /** Templates write arguments as JSON themselves, so they want the object, not its text. */
    private static Object readArguments(Value arguments) {
        if (arguments.absent()) {
            return Map.of();
        }
        if (arguments.node().isObject()) {
            return PlainJson.map(arguments.node());
        }
        String text = arguments.string();
        return text.isBlank()
                ? Map.of()
                : PlainJson.parse(text).filter(JsonNode::isObject).map(PlainJson::of).orElse(text);
    }
}
