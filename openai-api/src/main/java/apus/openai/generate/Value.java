package apus.openai.generate;

import apus.openai.ApiException;
import com.fasterxml.jackson.databind.JsonNode;

/**
 * A JSON value of a request, where it stands, and what it is checked against.
 *
 * @param path such as {@code messages[2].content}
 */
record Value(JsonNode node, String path, Limits limits) {
    Value at(int index) {
        return new Value(node.get(index), path + "[" + index + "]", limits);
    }

    /** A member; {@code MissingNode} if there is none. */
    Value at(String name) {
        return new Value(node.path(name), path + "." + Quote.text(name), limits);
    }

    boolean absent() {
        return node.isMissingNode() || node.isNull();
    }

    /** 400: not the JSON type that belongs here. */
    ApiException wrongType(String wanted) {
        return error("invalid_type", "must be " + wanted + ", got " + Quote.of(node) + ".");
    }

    /** 400: the right type, but not an allowed value. */
    ApiException badValue(String rule) {
        return error("invalid_value", "must be " + rule + ", got " + Quote.of(node) + ".");
    }

    /** 400 with a message that begins with the path. */
    ApiException error(String code, String rest) {
        return ApiException.badRequest(code, path, "'" + path + "' " + rest);
    }

    /** The text, or a 400. */
    String string() {
        if (!node.isTextual()) {
            throw wrongType("a string");
        }
        return node.textValue();
    }

    /** The truth value, or a 400. */
    boolean bool() {
        if (!node.isBoolean()) {
            throw wrongType("true or false");
        }
        return node.booleanValue();
    }

    /** A token id of the model, or a 400. */
    int tokenId() {
        long id = Kind.wholeNumber(this);
        if (id < 0 || id >= limits.vocab()) {
            throw badValue("a token id from 0 to " + (limits.vocab() - 1));
        }
        return (int) id;
    }
}
