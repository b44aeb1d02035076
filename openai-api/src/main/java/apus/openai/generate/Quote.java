package apus.openai.generate;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * Pieces of a request shown in an error message. Short whatever they are: a message must not throw
 * megabytes of input back, nor line breaks into a log.
 */
final class Quote {
    private static final int LONGEST = 60;

    private Quote() {}

    /** A value: what it is and, if that is short, the value itself. */
    static String of(JsonNode node) {
        return switch (node.getNodeType()) {
            case STRING -> '"' + text(node.textValue()) + '"';
            case NUMBER -> text(node.asText());
            case BOOLEAN -> node.asText();
            case NULL -> "null";
            case ARRAY -> node.isEmpty() ? "an empty list" : "a list";
            case OBJECT -> "an object";
            case BINARY, MISSING, POJO -> "something else";
        };
    }

    /** The start of a text, on one line. */
    static String text(String value) {
        boolean cut = value.length() > LONGEST;
        StringBuilder out = new StringBuilder();
        int end = cut ? LONGEST : value.length();
        for (int i = 0; i < end; i++) {
            char c = value.charAt(i);
            // A lone half of a pair could not be written as UTF-8.
            out.append(Character.isISOControl(c) || Character.isSurrogate(c) ? '?' : c);
        }
        return cut ? out + "..." : out.toString();
    }
}
